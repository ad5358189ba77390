import fastifyStatic from '@fastify/static'
import { HomingError, ModelNameSchema, paths, Sha256Schema, VersionSchema } from '@homing/protocol'
import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'

import type { ReadGuard } from '../access/read-guard.ts'
import type { BlobStore } from '../blobs/blob-store.ts'
import { jsonSchema } from '../plugins/json-schema.ts'
import { errorResponse, userToken } from '../plugins/openapi.ts'
import { holdsTag } from './holds-tag.ts'
import { repositoryMetadataRoutes } from './repository-metadata.ts'
import { repositoryTargetRoutes } from './repository-targets.ts'
import { sendStatic } from './send-static.ts'

/**
 * The static layout in `folder`, as devices read it. Only addresses that the layout defines have a route, and their
 * parts are checked by pattern, so nothing else in the folder can be named.
 */
export async function repositoryRoutes(
  app: FastifyInstance,
  { folder, store, readers }: { folder: string; store: BlobStore; readers: ReadGuard },
): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    cacheControl: false,
    lastModified: false,
    preCompressed: true,
  })
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cross-origin-resource-policy', 'cross-origin')
  })
  app.setNotFoundHandler((request) => {
    throw new HomingError('BLOB_UNKNOWN', `The repository has no ${request.url.split('?', 1)[0]}.`)
  })

  app.get<{ Params: { sha256: string } }>(
    '/blobs/:sha256',
    {
      schema: {
        security: userToken,
        summary: 'A blob. Ranges are of its own bytes, never of a compressed form',
        params: jsonSchema(v.object({ sha256: Sha256Schema })),
        response: {
          200: { description: 'Its bytes' },
          206: { description: 'A range of them' },
          ...errorResponse,
        },
      },
    },
    async (request, reply) => {
      const [path, tag] = [paths.blob(request.params.sha256), `"${request.params.sha256}"`]
      const caching = await readers.blob(request, path, request.params.sha256)
      reply.headers({ etag: tag, 'cache-control': caching })
      if (holdsTag(request.headers['if-none-match'], tag) && (await store.size(path)) !== undefined)
        return reply.code(304).send()
      // A strong tag in If-Range that names these bytes means what no If-Range means.
      if (request.headers['if-range'] === tag) delete request.raw.headers['if-range']
      return sendStatic(request, reply, path, { etag: false })
    },
  )

  app.get<{ Params: { model: string; version: string } }>(
    '/models/:model/:version/manifest.json',
    {
      schema: {
        security: userToken,
        summary: 'The manifest of a version',
        params: jsonSchema(v.object({ model: ModelNameSchema, version: VersionSchema })),
        response: { 200: { description: 'Canonical JSON' }, ...errorResponse },
      },
    },
    async (request, reply) => {
      const { model, version } = request.params
      const path = paths.manifest(model, version)
      reply.header('cache-control', await readers.model(request, path, model))
      return sendStatic(request, reply, path)
    },
  )

  await app.register(repositoryMetadataRoutes, { store })
  await app.register(repositoryTargetRoutes, { readers })
}
