import {
  HomingError,
  ModelListSchema,
  ModelNameSchema,
  ModelSummarySchema,
  RolloutRequestSchema,
  RolloutSchema,
  VersionSchema,
} from '@homing/protocol'
import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'

import type { Limits } from '../config.ts'
import { jsonSchema } from '../plugins/json-schema.ts'
import { adminOnly, errorResponse, rawBody } from '../plugins/openapi.ts'
import type { QueryGuard, WriteGuard } from '../plugins/write-guard.ts'
import { modelSummaries, publishedVersion } from '../publication/model-summaries.ts'
import { type Publication, publishVersion } from '../publication/publish-version.ts'
import { type RolloutChoice, setRollout } from '../publication/set-rollout.ts'

const modelParams = jsonSchema(v.object({ model: ModelNameSchema }))

/** The registry: what is published, publishing a version, and choosing which one devices get. */
export async function modelRoutes(
  app: FastifyInstance,
  {
    publication,
    guard,
    query,
    limits,
  }: { publication: Publication; guard: WriteGuard; query: QueryGuard; limits: Limits },
): Promise<void> {
  app.get(
    '/v1/models',
    {
      ...query,
      schema: {
        summary: 'All models',
        response: { 200: { description: 'By name', ...jsonSchema(ModelListSchema) } },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-cache')
      return { models: await modelSummaries(publication) }
    },
  )

  app.get<{ Params: { model: string } }>(
    '/v1/models/:model',
    {
      ...query,
      schema: {
        summary: 'One model',
        params: modelParams,
        response: {
          200: { description: 'Its versions, newest first', ...jsonSchema(ModelSummarySchema) },
          ...errorResponse,
        },
      },
    },
    async ({ params: { model } }, reply) => {
      const [summary] = await modelSummaries(publication, model)
      if (!summary) throw new HomingError('MODEL_UNKNOWN', `No version of ${model} is published.`)
      reply.header('cache-control', 'no-cache')
      return summary
    },
  )

  app.put<{ Params: { model: string }; Body: RolloutChoice }>(
    '/v1/models/:model/rollout',
    {
      ...guard,
      schema: {
        summary: 'Choose the version that devices get',
        security: adminOnly,
        params: modelParams,
        body: jsonSchema(RolloutRequestSchema),
        response: {
          200: { description: 'The rollout that devices read', ...jsonSchema(RolloutSchema) },
          ...errorResponse,
        },
      },
    },
    ({ params: { model }, body }) => setRollout(publication, model, body),
  )

  await app.register(async (manifests) => {
    manifests.removeAllContentTypeParsers()
    manifests.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: limits.manifestBytes },
      (_request, body, done) => done(null, body),
    )
    manifests.put<{ Params: { model: string; version: string }; Body: Buffer<ArrayBuffer> | undefined }>(
      '/v1/models/:model/versions/:version',
      {
        ...guard,
        schema: {
          summary: 'Publish a version: the bytes of its manifest, after its blobs',
          security: adminOnly,
          body: rawBody('application/json', 'A manifest, whose bytes are kept as they are'),
          params: jsonSchema(v.object({ model: ModelNameSchema, version: VersionSchema })),
          response: {
            200: { description: 'It was published before with the same bytes' },
            201: { description: 'Published' },
            ...errorResponse,
          },
        },
      },
      async ({ params: { model, version }, body }, reply) => {
        const { added, stored } = await publishVersion(publication, model, version, body ?? Buffer.alloc(0))
        const { listing } = await publication.publisher()
        return reply.code(added ? 201 : 200).send(publishedVersion(stored, listing))
      },
    )
  })
}
