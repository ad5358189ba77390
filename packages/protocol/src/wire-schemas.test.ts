import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import recorded from '../test/wire-schemas.json' with { type: 'json' }
import { canonicalBytes } from './canonical.ts'
import { protocolVersion } from './config.ts'
import * as protocol from './index.ts'
import { sha256Hex } from './sha256.ts'

const schemas = (Object.entries(protocol) as [string, unknown][]).filter(
  (entry): entry is [string, v.GenericSchema] => entry[0].endsWith('Schema'),
)

/** SHA-256 of a schema's JSON Schema form: it changes with every accepted or refused value that the form can tell. */
const fingerprint = (schema: v.GenericSchema) =>
  sha256Hex(canonicalBytes(toJsonSchema(schema, { errorMode: 'ignore' })))

describe('wire schemas', () => {
  it('were recorded under this protocol version', () => {
    expect(recorded.protocolVersion).toBe(protocolVersion)
    expect(Object.keys(recorded.schemas).sort()).toEqual(schemas.map(([name]) => name).sort())
  })

  it.each(schemas)('%s is what this protocol version says', async (name, schema) => {
    const before = (recorded.schemas as Record<string, string>)[name]
    expect(
      await fingerprint(schema),
      `${name} changed. What crosses the wire or the disk is fixed per protocol version: raise protocolVersion in ` +
        'src/config.ts, say in docs/adr how older documents are read, and record the new hash in ' +
        'test/wire-schemas.json. (Until the first release the hash alone may be replaced.)',
    ).toBe(before)
  })

  it('have fingerprints that tell a changed field', async () => {
    const before = v.object({ size: v.pipe(v.number(), v.minValue(0)) })
    const after = v.object({ size: v.pipe(v.number(), v.minValue(1)) })
    expect(await fingerprint(before)).not.toBe(await fingerprint(after))
  })
})
