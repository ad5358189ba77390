import {
  HomingError,
  type ModelAccess,
  ModelAccessSchema,
  maxSignedUrls,
  ModelNameSchema,
  SignedUrlsSchema,
} from '@homing/protocol'
import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'

import type { ReadGuard } from '../access/read-guard.ts'
import { signPath } from '../access/signed-path.ts'
import { signedUrlSeconds } from '../config.ts'
import { jsonSchema } from '../plugins/json-schema.ts'
import { adminOnly, errorResponse, userToken } from '../plugins/openapi.ts'
import type { QueryGuard, WriteGuard } from '../plugins/write-guard.ts'
import type { AccessRegistry } from '../repositories/access-registry.ts'

/** What the routes of access work with. */
export interface AccessRoutes {
  readonly access: AccessRegistry
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
  { access, guard, query, readers, urlSecret, now }: AccessRoutes,
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

  app.get<{ Querystring: { paths: string } }>(
    '/v1/signed-urls',
    {
      ...query,
      schema: {
        summary:
          'Addresses of files, by their places with commas between, that can be read without a token for a while, also by way of a CDN',
        security: userToken,
        querystring: jsonSchema(v.object({ paths: v.string() })),
        response: { 200: { description: 'By place', ...jsonSchema(SignedUrlsSchema) }, ...errorResponse },
      },
    },
    async (request, reply) => {
      const places = request.query.paths.split(',')
      if (places.length > maxSignedUrls)
        throw new HomingError('REQUEST_INVALID', `At most ${maxSignedUrls} addresses are signed at a time.`)
      const untils = await Promise.all(places.map((path) => readers.until(request, path)))
      if (urlSecret === undefined) throw new HomingError('REQUEST_INVALID', 'This server signs no addresses.')
      const longest = Math.floor(now().getTime() / 1000) + signedUrlSeconds
      const expires = Math.floor(Math.min(longest, ...untils)) // tokens may tell parts of a second
      reply.header('cache-control', 'private, no-store')
      return {
        expires,
        urls: Object.fromEntries(places.map((path) => [path, signPath(urlSecret, path, expires)])),
      }
    },
  )
}
