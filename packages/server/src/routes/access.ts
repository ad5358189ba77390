import {
  allFiles,
  HomingError,
  type ModelAccess,
  ModelAccessSchema,
  ModelNameSchema,
  parseManifest,
  paths,
  sha256Hex,
  SignedUrlsSchema,
  VersionSchema,
} from '@homing/protocol'
import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'

import type { ReadGuard } from '../access/read-guard.ts'
import { signPath } from '../access/signed-path.ts'
import type { BlobStore } from '../blobs/blob-store.ts'
import { signedUrlSeconds } from '../config.ts'
import { jsonSchema } from '../plugins/json-schema.ts'
import { adminOnly, errorResponse, userToken } from '../plugins/openapi.ts'
import type { QueryGuard, WriteGuard } from '../plugins/write-guard.ts'
import type { AccessRegistry } from '../repositories/access-registry.ts'

/** What the routes of access work with. */
export interface AccessRoutes {
  readonly access: AccessRegistry
  readonly store: BlobStore
  readonly guard: WriteGuard
  readonly query: QueryGuard
  readonly readers: ReadGuard
  readonly urlSecret: string | undefined
  readonly now: () => Date
}

const modelParams = jsonSchema(v.object({ model: ModelNameSchema }))
const accessAnswer = {
  200: { description: 'Who may read it', ...jsonSchema(ModelAccessSchema) },
  ...errorResponse,
}

/** Who may read a model, and addresses that can be read without a token. */
export async function accessRoutes(
  app: FastifyInstance,
  { access, store, guard, query, readers, urlSecret, now }: AccessRoutes,
): Promise<void> {
  app.get<{ Params: { model: string } }>(
    '/v1/models/:model/access',
    { ...query, schema: { summary: 'Who may read a model', params: modelParams, response: accessAnswer } },
    async ({ params: { model } }, reply) => {
      reply.header('cache-control', 'no-cache')
      return { access: await access.access(model) }
    },
  )

  app.put<{ Params: { model: string }; Body: { access: ModelAccess } }>(
    '/v1/models/:model/access',
    {
      ...guard,
      schema: {
        summary: 'Make a model private, best before its first version, or public',
        security: adminOnly,
        params: modelParams,
        body: jsonSchema(ModelAccessSchema),
        response: accessAnswer,
      },
    },
    async ({ params: { model }, body }) => {
      await access.setAccess(model, body.access)
      return { access: body.access }
    },
  )

  app.get<{ Params: { model: string; version: string } }>(
    '/v1/models/:model/versions/:version/signed-urls',
    {
      ...query,
      schema: {
        summary:
          'Addresses of the files of a version that can be read without a token for a while, also by way of a CDN',
        security: userToken,
        params: jsonSchema(v.object({ model: ModelNameSchema, version: VersionSchema })),
        response: { 200: { description: 'By place', ...jsonSchema(SignedUrlsSchema) }, ...errorResponse },
      },
    },
    async (request, reply) => {
      const { model, version } = request.params
      const until = await readers.until(request, model)
      if (urlSecret === undefined) throw new HomingError('REQUEST_INVALID', 'This server signs no addresses.')
      const manifestPath = paths.manifest(model, version)
      const bytes = await store.read(manifestPath)
      if (bytes === undefined)
        throw new HomingError('VERSION_UNKNOWN', `${model} ${version} is not published.`)
      const files = allFiles(parseManifest(bytes, { model, version })).map(({ sha256 }) => paths.blob(sha256))
      const longest = Math.floor(now().getTime() / 1000) + signedUrlSeconds
      const expires = Math.floor(Math.min(longest, until ?? longest)) // tokens may tell parts of a second
      reply.header('cache-control', 'private, no-store')
      const signedName = paths.target(manifestPath, await sha256Hex(new Uint8Array(bytes)))
      const urls = [manifestPath, signedName, ...files].map((path) => [
        path,
        signPath(urlSecret, path, expires),
      ])
      return { expires, urls: Object.fromEntries(urls) as Record<string, string> }
    },
  )
}
