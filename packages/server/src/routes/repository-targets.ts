import { ModelNameSchema, Sha256Schema, VersionSchema } from '@homing/protocol'
import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'

import type { ReadGuard } from '../access/read-guard.ts'
import { jsonSchema } from '../plugins/json-schema.ts'
import { errorResponse, userToken } from '../plugins/openapi.ts'
import { sendStatic } from './send-static.ts'

const sha256 = Sha256Schema
const PatchesFileSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}\.\d[0-9A-Za-z.-]{0,63}\.json$/))
const immutable = 'public, max-age=31536000, immutable'

/** What signed metadata lists, under names that hold the digest of the bytes, so they never change. */
export async function repositoryTargetRoutes(
  app: FastifyInstance,
  { readers }: { readonly readers: ReadGuard },
): Promise<void> {
  app.get<{ Params: { sha256: string; model: string } }>(
    '/rollouts/:sha256.:model.json',
    {
      schema: {
        summary: 'Which version of a model devices get, as rollouts metadata names it',
        params: jsonSchema(v.object({ sha256, model: ModelNameSchema })),
        response: { 200: { description: 'Canonical JSON' }, ...errorResponse },
      },
    },
    async (request, reply) => {
      const { sha256, model } = request.params
      reply.header('cache-control', immutable)
      return sendStatic(request, reply, `rollouts/${sha256}.${model}.json`)
    },
  )
  for (const { folder, summary } of [
    { folder: 'models', summary: 'The manifest of a version, as publisher metadata names it' },
    { folder: 'federated', summary: 'The manifest of a federated version, as its metadata names it' },
  ]) {
    app.get<{ Params: { sha256: string; model: string; version: string } }>(
      `/${folder}/:model/:version/:sha256.manifest.json`,
      {
        schema: {
          security: userToken,
          summary,
          params: jsonSchema(v.object({ model: ModelNameSchema, version: VersionSchema, sha256 })),
          response: { 200: { description: 'Canonical JSON' }, ...errorResponse },
        },
      },
      async (request, reply) => {
        const { model, version, sha256 } = request.params
        const path = `${folder}/${model}/${version}/${sha256}.manifest.json`
        reply.header('cache-control', await readers.model(request, path, model))
        return sendStatic(request, reply, path)
      },
    )
  }
  app.get<{ Params: { model: string; file: string } }>(
    '/patches/:model/:file',
    {
      schema: {
        summary: 'The patches to a version, as rollouts metadata names them: `<sha256>.<version>.json`',
        params: jsonSchema(v.object({ model: ModelNameSchema, file: PatchesFileSchema })),
        response: { 200: { description: 'Canonical JSON' }, ...errorResponse },
      },
    },
    async (request, reply) => {
      const { model, file } = request.params
      reply.header('cache-control', immutable) // names and sizes, of private models too: devices show no token for them
      return sendStatic(request, reply, `patches/${model}/${file}`)
    },
  )
}
