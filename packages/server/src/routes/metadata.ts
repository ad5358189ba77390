import { HomingError, MetadataStateSchema } from '@homing/protocol'
import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'

import { type Acceptance, acceptMetadata } from '../metadata/accept-metadata.ts'
import { metadataState } from '../metadata/metadata-state.ts'
import { type OfflineRole, offlineRoles } from '../metadata/offline-roles.ts'
import { renewOnlineKey } from '../metadata/renew-online-key.ts'
import { jsonSchema } from '../plugins/json-schema.ts'
import { adminOnly, errorResponse, rawBody } from '../plugins/openapi.ts'
import type { QueryGuard, WriteGuard } from '../plugins/write-guard.ts'
import { maxOfflineBytes } from '../config.ts'

const params = jsonSchema(v.object({ role: v.picklist(offlineRoles) }))
const state = jsonSchema(MetadataStateSchema)

/** Signed metadata as publishers see it: what there is, and new versions of what they sign. */
export async function metadataRoutes(
  app: FastifyInstance,
  { guard, query, ...parts }: Acceptance & { readonly guard: WriteGuard; readonly query: QueryGuard },
): Promise<void> {
  app.get(
    '/v1/metadata',
    {
      ...query,
      schema: {
        summary: 'The key that the server signs with, and the newest version of each role',
        response: { 200: { description: 'Also of roles that clients do not see yet', ...state } },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-cache')
      return metadataState(parts)
    },
  )

  app.get<{ Params: { role: OfflineRole } }>(
    '/v1/metadata/:role',
    {
      ...query,
      schema: {
        summary: 'The newest metadata of a role, to be changed and signed again',
        params,
        response: { 200: { description: 'The bytes that were sent' }, ...errorResponse },
      },
    },
    async ({ params: { role } }, reply) => {
      const record = (await parts.metadata.newest()).get(role)
      if (!record)
        throw new HomingError('METADATA_MISSING', `No ${role} was sent yet.`, { details: { role } })
      reply.header('cache-control', 'no-cache')
      return reply.type('application/json; charset=utf-8').send(Buffer.from(record.bytes))
    },
  )

  app.post(
    '/v1/metadata/online-key',
    {
      ...guard,
      schema: {
        summary: 'Make a new key for the server, unless the newest is not named by root yet',
        security: adminOnly,
        response: {
          200: { description: 'As `GET /v1/metadata`, with that key', ...state },
          ...errorResponse,
        },
      },
    },
    () => renewOnlineKey(parts),
  )

  await app.register(async (documents) => {
    documents.removeAllContentTypeParsers()
    documents.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: maxOfflineBytes },
      (_request, body, done) => done(null, body),
    )
    documents.put<{ Params: { role: OfflineRole }; Body: Buffer<ArrayBuffer> | undefined }>(
      '/v1/metadata/:role',
      {
        ...guard,
        schema: {
          summary: 'Publish the next version of a role, signed; first root, then targets, then publisher',
          security: adminOnly,
          body: rawBody(
            'application/json',
            'Metadata of The Update Framework, whose bytes are kept as they are',
          ),
          params,
          response: {
            200: { description: 'It was published before with the same bytes' },
            201: { description: 'Published' },
            ...errorResponse,
          },
        },
      },
      async ({ params: { role }, body }, reply) => {
        const { added, version } = await acceptMetadata(parts, role, new Uint8Array(body ?? []))
        return reply.code(added ? 201 : 200).send({ role, version })
      },
    )
  })
}
