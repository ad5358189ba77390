import { appKeyHeader, HomingError } from '@homing/protocol'
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'

import { type Limits, telemetryBodyBytes } from '../config.ts'
import { appKeyOnly, errorResponse, rawBody } from '../plugins/openapi.ts'
import { allowsOrigin, type AppDirectory } from '../telemetry/app-directory.ts'
import { arrivals } from '../telemetry/arrivals.ts'
import type { Ingest } from '../telemetry/ingest.ts'

/** Where devices send telemetry. */
export const telemetryPath = '/v1/telemetry'

/** What the route works with. */
export interface TelemetryRoutes {
  readonly directory: AppDirectory
  readonly ingest: Ingest
  readonly limits: Limits
  readonly now: () => Date
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The app whose key a telemetry request has. */
    telemetryApp: string
  }
}

/** Takes telemetry of devices. Their addresses are counted in memory for a minute, and never logged or stored. */
export async function telemetryRoutes(
  app: FastifyInstance,
  { directory, ingest, limits, now }: TelemetryRoutes,
): Promise<void> {
  app.decorateRequest('telemetryApp', '')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: telemetryBodyBytes },
    (_request, body, done) => done(null, body),
  )
  const milliseconds = (): number => now().getTime()
  const [byAddress, byApp] = [arrivals(milliseconds), arrivals(milliseconds)]

  const admit: onRequestAsyncHookHandler = async (request) => {
    byAddress.count(request.ip, limits.telemetryPerAddress, 'address')
    const record = await directory.find(appKeyOf(request))
    if (!record) throw new HomingError('UNAUTHORIZED', 'The key of the app is unknown or revoked.')
    const { origin } = request.headers
    // Who sends no origin is no browser, and could send any.
    if (origin !== undefined && !allowsOrigin(record.origins, origin))
      throw new HomingError('FORBIDDEN', `The key of ${record.app} is not for this origin.`, {
        details: { origin },
      })
    byApp.count(record.app, limits.telemetryPerMinute, 'app')
    ingest.requireRoom()
    request.telemetryApp = record.app
  }

  app.post<{ Body: Buffer | undefined }>(
    telemetryPath,
    {
      onRequest: admit,
      schema: {
        summary: 'Take a batch: 202 once it is on the disk, also where it was before',
        body: rawBody('application/json', 'A batch of telemetry, as gzip or not'),
        security: appKeyOnly,
        response: { 202: { description: 'It is on the disk' }, ...errorResponse },
      },
    },
    async (request, reply) => {
      const { body = Buffer.alloc(0), headers } = request
      await ingest.take(request.telemetryApp, body, headers['content-encoding'])
      return reply.code(202).send()
    },
  )
}

function appKeyOf({ headers }: FastifyRequest): string {
  const key = headers[appKeyHeader.toLowerCase()]
  if (typeof key === 'string' && key !== '') return key
  throw new HomingError('UNAUTHORIZED', `The header ${appKeyHeader} with the key of the app is missing.`)
}
