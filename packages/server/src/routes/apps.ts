import {
  type AppKey,
  AppKeyListSchema,
  AppKeySchema,
  AppRequestSchema,
  type CreatedAppKey,
  CreatedAppKeySchema,
  HomingError,
} from '@homing/protocol'
import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'

import { requireToken } from '../plugins/admin-token.ts'
import { jsonSchema } from '../plugins/json-schema.ts'
import { adminOnly, errorResponse } from '../plugins/openapi.ts'
import type { QueryGuard, WriteGuard } from '../plugins/write-guard.ts'
import type { AppKeyRecord, AppKeyRepository } from '../repositories/app-key-repository.ts'
import type { AppDirectory } from '../telemetry/app-directory.ts'
import { appKeyHash, appKeyId, newAppKey } from '../telemetry/app-keys.ts'

/** What the routes of apps work with. */
export interface AppRoutes {
  readonly appKeys: AppKeyRepository
  readonly directory: AppDirectory
  readonly guard: WriteGuard
  readonly query: QueryGuard
  readonly adminToken: string
  readonly now: () => Date
}

/** Keys with which apps send telemetry: made, listed, revoked. */
export async function appRoutes(
  app: FastifyInstance,
  { appKeys, directory, guard, query, adminToken, now }: AppRoutes,
): Promise<void> {
  app.post<{ Body: v.InferOutput<typeof AppRequestSchema> }>(
    '/v1/apps',
    {
      ...guard,
      schema: {
        summary: 'Make a key of an app; this answer is the only one that tells it',
        security: adminOnly,
        body: jsonSchema(AppRequestSchema),
        response: { 201: { description: 'Made', ...jsonSchema(CreatedAppKeySchema) }, ...errorResponse },
      },
    },
    async ({ body }, reply) => {
      const key = newAppKey()
      const sha256 = appKeyHash(key)
      const made = { id: appKeyId(sha256), ...body, createdAt: now().toISOString() }
      await appKeys.add({ ...made, sha256 })
      directory.refresh()
      reply.header('cache-control', 'no-store')
      return reply.code(201).send({ ...made, key } satisfies CreatedAppKey)
    },
  )

  app.get(
    '/v1/apps',
    {
      ...query,
      preParsing: requireToken(adminToken),
      schema: {
        summary: 'All keys of apps, without themselves',
        security: adminOnly,
        response: { 200: { description: 'By app', ...jsonSchema(AppKeyListSchema) }, ...errorResponse },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      return { keys: (await appKeys.list()).map(withoutHash) }
    },
  )

  app.post<{ Params: { id: string } }>(
    '/v1/apps/:id/revoke',
    {
      ...guard,
      schema: {
        summary: 'Take nothing more with this key',
        security: adminOnly,
        params: jsonSchema(v.object({ id: AppKeySchema.entries.id })),
        response: { 200: { description: 'Revoked', ...jsonSchema(AppKeySchema) }, ...errorResponse },
      },
    },
    async ({ params: { id } }) => {
      const revoked = await appKeys.revoke(id, now().toISOString())
      directory.refresh()
      if (!revoked) throw new HomingError('REQUEST_INVALID', `No key of an app has the id ${id}.`)
      return withoutHash(revoked)
    },
  )
}

function withoutHash({ sha256: _sha256, ...key }: AppKeyRecord): AppKey {
  return key
}
