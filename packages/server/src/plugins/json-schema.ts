import { toJsonSchema } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'

/** A protocol schema as the JSON Schema that Ajv validates with and the OpenAPI document shows. */
export function jsonSchema(schema: GenericSchema): object {
  const { $schema: _dialect, ...rest } = toJsonSchema(schema, { target: 'draft-07' })
  return rest
}
