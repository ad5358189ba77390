import { randomUUID } from 'node:crypto'

import { appKeyHeader } from '@homing/protocol'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import plugin from 'fastify-plugin'

import { openReadGuard } from './access/open-read-guard.ts'
import { jsonBodyBytes } from './config.ts'
import { type ServerOptions, settle, type SettledOptions } from './options.ts'
import { closeIdleConnections } from './plugins/close-idle.ts'
import { allowOrigins } from './plugins/cross-origin.ts'
import { answerClientError, answerErrors, sendError } from './plugins/error-answers.ts'
import { methodNotAllowed } from './plugins/method-not-allowed.ts'
import { describeApi } from './plugins/openapi.ts'
import { logRequests } from './plugins/request-log.ts'
import { requestLimit } from './plugins/request-limit.ts'
import { writeGuard } from './plugins/write-guard.ts'
import { accessRoutes } from './routes/access.ts'
import { appRoutes } from './routes/apps.ts'
import { blobRoutes } from './routes/blobs.ts'
import { healthRoutes } from './routes/health.ts'
import { metadataRoutes } from './routes/metadata.ts'
import { modelRoutes } from './routes/models.ts'
import { repositoryRoutes } from './routes/repository.ts'
import { rollupRoutes } from './routes/rollups.ts'
import { telemetryPath, telemetryRoutes } from './routes/telemetry.ts'
import { webRoutes } from './routes/web.ts'
import { openState } from './state.ts'

/**
 * A Homing server over one data folder; call `listen` on it, or `inject` in tests, and `close` at the end.
 * Its database and files are opened by `ready()`, which both calls await.
 * @throws HomingError CONFIG_INVALID.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const settled = settle(options)
  const app = Fastify({
    ...(options.logger ? { loggerInstance: options.logger } : {}),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: jsonBodyBytes,
    pluginTimeout: 0, // opening waits for another process's migration, and rebuilding for the disk
    requestTimeout: settled.limits.requestMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 256 },
    frameworkErrors: sendError,
    clientErrorHandler: answerClientError,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  })
  app.register(plugin(homing), settled)
  return app
}

/** Everything of a server that is not its socket. */
async function homing(app: FastifyInstance, options: SettledOptions): Promise<void> {
  const { limits } = options
  const { registry, access, store, keys, publication, telemetry, close } = await openState(options, app.log)
  app.addHook('onClose', close)

  answerErrors(app)
  logRequests(app)
  closeIdleConnections(app)
  app.setSerializerCompiler(() => JSON.stringify) // response schemas describe; they shall not drop fields
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
  })
  await allowOrigins(app, options.writeOrigins, {
    path: telemetryPath,
    headers: [appKeyHeader, 'Content-Type', 'Content-Encoding'],
    allows: (origin) => telemetry.directory.allows(origin),
  })
  const closeAddresses = methodNotAllowed(app)
  await describeApi(app)

  const limit = await requestLimit(app)
  const guard = writeGuard(limit, options.adminToken, limits.writesPerMinute)
  const query = { onRequest: limit(limits.queriesPerMinute, 'queries') }
  await app.register(healthRoutes, { registry, store, query })
  await app.register(blobRoutes, { store, guard, limits })
  await app.register(modelRoutes, { publication, guard, query, limits })
  await app.register(metadataRoutes, { ...publication, keys, guard, query })
  const readers = await openReadGuard(options, access, app.log)
  await app.register(accessRoutes, { access, guard, query, readers, ...options })
  await app.register(appRoutes, { ...options, ...telemetry, guard, query })
  await app.register(telemetryRoutes, { ...options, ...telemetry })
  await app.register(rollupRoutes, { ...options, ...telemetry, query })
  await app.register(repositoryRoutes, {
    prefix: '/repository',
    folder: options.repositoryFolder,
    store,
    readers,
  })
  if (options.webFolder !== undefined) await app.register(webRoutes, { folder: options.webFolder })
  closeAddresses()
}
