import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import { appKeyHeader, type CreatedAppKey, type TelemetryBatch, type TelemetryGroup } from '@homing/protocol'
import type { FastifyInstance } from 'fastify'

import { admin } from './fixture.ts'

/** The present hour. */
export const thisHour = (): number => Math.floor(Date.now() / 3_600_000)

/** A group that a device could send, of one prediction. */
export function telemetryGroup(changed: Partial<TelemetryGroup> = {}): TelemetryGroup {
  return {
    hour: thisHour(),
    model: 'digits',
    version: '1.0.0',
    variant: 'fp32',
    backend: 'wasm',
    counts: { predictions: 1, calls: 1 },
    latency: { positive: [120, 1] },
    ...changed,
  }
}

/** A batch that a device could send, with an id of its own. */
export function telemetryBatch(
  groups: readonly Partial<TelemetryGroup>[] = [{ first: 1 }],
  changed: Partial<TelemetryBatch> = {},
): TelemetryBatch {
  return {
    protocol: 1,
    id: randomBytes(16).toString('base64url'),
    sdk: '0.1.0',
    level: 'aggregate',
    browser: { family: 'chrome', major: 131 },
    device: { class: 'mid', kind: 'desktop', threads: 4, gpu: 'webgpu' },
    groups: groups.map(telemetryGroup),
    ...changed,
  }
}

/** Makes a key of `shop` that any page may use. */
export async function appKey(app: FastifyInstance, origins = ['*'], name = 'shop'): Promise<CreatedAppKey> {
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/apps',
    headers: admin,
    payload: { app: name, origins },
  })
  return answer.json()
}

/** Sends a batch, or any body, as a browser does. */
export function sendTelemetry(
  app: FastifyInstance,
  key: string,
  body: object | Buffer | string,
  headers: Record<string, string> = {},
) {
  const raw = typeof body === 'string' || Buffer.isBuffer(body)
  return app.inject({
    method: 'POST',
    url: '/v1/telemetry',
    headers: {
      [appKeyHeader]: key,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      ...headers,
    },
    payload: raw ? body : gzipSync(JSON.stringify(body)),
  })
}
