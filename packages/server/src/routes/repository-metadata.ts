import { createHash } from 'node:crypto'

import { HomingError, paths } from '@homing/protocol'
import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'

import type { BlobStore } from '../blobs/blob-store.ts'
import { jsonSchema } from '../plugins/json-schema.ts'
import { errorResponse } from '../plugins/openapi.ts'
import { holdsTag } from './holds-tag.ts'

const NumberedSchema = v.pipe(v.string(), v.regex(/^[1-9]\d{0,15}\.[a-z0-9-]{1,80}\.json$/))
const immutable = 'public, max-age=31536000, immutable'

/** Signed metadata, as clients of The Update Framework read it. */
export async function repositoryMetadataRoutes(
  app: FastifyInstance,
  { store }: { readonly store: BlobStore },
): Promise<void> {
  app.get(
    '/metadata/timestamp.json',
    {
      schema: {
        summary: 'Which metadata is the newest: the one file that changes',
        response: {
          200: { description: 'Signed metadata' },
          304: { description: 'As the tag says' },
          ...errorResponse,
        },
      },
    },
    // Not by size and time, as a file's tag is made: two timestamps can share both.
    async ({ headers }, reply) => {
      const bytes = await store.read(paths.timestamp)
      if (bytes === undefined)
        throw new HomingError('BLOB_UNKNOWN', 'The repository has no signed metadata yet.')
      const tag = `"${createHash('sha256').update(bytes).digest('hex')}"`
      reply.headers({ etag: tag, 'cache-control': 'no-cache' })
      if (holdsTag(headers['if-none-match'], tag)) return reply.code(304).send()
      return reply.type('application/json; charset=utf-8').send(bytes)
    },
  )

  app.get<{ Params: { file: string } }>(
    '/metadata/:file',
    {
      schema: {
        summary: 'One version of a role: `<version>.<role>.json`. The next root that is not there yet is 404',
        params: jsonSchema(v.object({ file: NumberedSchema })),
        response: { 200: { description: 'Signed metadata' }, ...errorResponse },
      },
    },
    async ({ params: { file } }, reply) => {
      reply.header('cache-control', immutable)
      return reply.sendFile(`metadata/${file}`)
    },
  )
}
