import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'

import { jsonSchema } from './json-schema.ts'
import { appKeyHeader, ErrorBodySchema, protocolVersion } from '@homing/protocol'

/** Describes the routes added to `app` from now on, at `/v1/openapi.json`. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Homing',
        version: String(protocolVersion),
        description: 'Registry of models and versions, and the static repository that devices read.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          adminToken: { type: 'http', scheme: 'bearer' },
          appKey: { type: 'apiKey', in: 'header', name: appKeyHeader },
          userToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        },
      },
    },
  })
  app.get(
    '/v1/openapi.json',
    {
      schema: { summary: 'This document', response: { 200: { type: 'object', description: 'OpenAPI 3.1' } } },
    },
    () => app.swagger(),
  )
}

/** The `response` entry for refusals. */
export const errorResponse = {
  '4xx': { description: 'A refusal; `error.code` says which.', ...jsonSchema(ErrorBodySchema) },
}

/** The `security` entry of writes. */
export const adminOnly = [{ adminToken: [] }]

/** The `security` entry of what apps send. */
export const appKeyOnly = [{ appKey: [] }]

/** The `security` entry of reads that private models need it for. */
export const userToken = [{}, { userToken: [] }]

/** The `body` entry of a route that takes bytes as they come; the handler judges them. */
export function rawBody(type: string, description: string): object {
  return { content: { [type]: { schema: { description } } } }
}
