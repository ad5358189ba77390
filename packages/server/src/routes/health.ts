import { HomingError } from '@homing/protocol'
import type { FastifyInstance } from 'fastify'

import type { BlobStore } from '../blobs/blob-store.ts'
import { errorBody } from '../plugins/error-answers.ts'
import type { QueryGuard } from '../plugins/write-guard.ts'
import type { Registry } from '../repositories/registry.ts'

const answer = { type: 'object', properties: { status: { const: 'ok' } } }

/** Whether the process lives, and whether it can do its work. */
export async function healthRoutes(
  app: FastifyInstance,
  { registry, store, query }: { registry: Registry; store: BlobStore; query: QueryGuard },
): Promise<void> {
  app.get(
    '/healthz',
    { schema: { summary: 'The process lives', response: { 200: { description: 'Yes', ...answer } } } },
    (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  )

  app.get(
    '/readyz',
    {
      ...query, // each look writes a file to the disk
      schema: {
        summary: 'The database answers and the data folder can be written',
        response: { 200: { description: 'Yes', ...answer }, 503: { description: 'No' } },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const [database, files] = await Promise.allSettled([registry.check(), store.check()])
      if (database.status === 'fulfilled' && files.status === 'fulfilled') return { status: 'ok' }
      const details = { database: database.status === 'fulfilled', files: files.status === 'fulfilled' }
      request.log.error({ err: [database, files].find(({ status }) => status === 'rejected') }, 'not ready')
      return reply
        .code(503)
        .send(
          errorBody(new HomingError('SERVER_FAILED', 'The server is not ready.', { details }), request.id),
        )
    },
  )
}
