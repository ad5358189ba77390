import type { IncomingMessage } from 'node:http'

import {
  type FileRef,
  FileRefSchema,
  HomingError,
  MissingBlobsRequestSchema,
  MissingBlobsResponseSchema,
  Sha256Schema,
} from '@homing/protocol'
import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'

import type { BlobStore } from '../blobs/blob-store.ts'
import { jsonBodyBytes, type Limits } from '../config.ts'
import { jsonSchema } from '../plugins/json-schema.ts'
import { adminOnly, errorResponse, rawBody } from '../plugins/openapi.ts'
import type { WriteGuard } from '../plugins/write-guard.ts'
import { sizesOf } from '../publication/sizes-of.ts'
import { untilIdle } from './until-idle.ts'

/** Upload of blobs. */
export async function blobRoutes(
  app: FastifyInstance,
  { store, guard, limits }: { store: BlobStore; guard: WriteGuard; limits: Limits },
): Promise<void> {
  app.post<{ Body: v.InferOutput<typeof MissingBlobsRequestSchema> }>(
    '/v1/blobs/missing',
    {
      ...guard,
      bodyLimit: jsonBodyBytes,
      schema: {
        summary: 'Which of these blobs does the server lack?',
        security: adminOnly,
        body: jsonSchema(MissingBlobsRequestSchema),
        response: {
          200: { description: 'Those that must be uploaded', ...jsonSchema(MissingBlobsResponseSchema) },
          ...errorResponse,
        },
      },
    },
    async ({ body }) => {
      const sizes = await sizesOf(store, body.sha256)
      return { missing: [...sizes].filter(([, size]) => size === undefined).map(([sha256]) => sha256) }
    },
  )

  await app.register(async (uploads) => {
    uploads.removeAllContentTypeParsers()
    uploads.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    uploads.put<{ Params: FileRef; Body: IncomingMessage | undefined }>(
      '/v1/blobs/:sha256',
      {
        ...guard,
        schema: {
          summary: 'Upload a blob: any bytes whose SHA-256 is the one in the address',
          security: adminOnly,
          body: rawBody('application/octet-stream', 'Any bytes'),
          params: jsonSchema(v.object({ sha256: Sha256Schema })),
          response: { 201: { description: 'Stored', ...jsonSchema(FileRefSchema) }, ...errorResponse },
        },
      },
      async ({ params: { sha256 }, body, headers }, reply) => {
        if (Number(headers['content-length'] ?? 0) > limits.blobBytes) {
          throw new HomingError('BODY_TOO_LARGE', `A blob has at most ${limits.blobBytes} bytes here.`, {
            details: { maxBytes: limits.blobBytes },
          })
        }
        const size = await store.putBlob(
          sha256,
          body ? untilIdle(body, limits.uploadIdleMs) : [],
          limits.blobBytes,
        )
        return reply.code(201).send({ sha256, size } satisfies FileRef)
      },
    )
  })
}
