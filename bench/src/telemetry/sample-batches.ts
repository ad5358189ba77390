import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import type { FeatureSummary, TelemetryBatch, TelemetryGroup } from '@homing/protocol'
import {
  addMoment,
  addQuantile,
  emptyMoments,
  emptyQuantileSketch,
  momentsToWire,
  quantileSketchToWire,
} from '@homing/stats'

/** Predictions of a batch, and features of each. */
export const predictions = 50
export const features = 32

/** What a batch tells: aggregates, as devices do unless told otherwise, or each prediction. */
export type BatchKind = 'aggregate' | 'events'

/** How many different sets of values there are; every batch has an id of its own. */
const templates = 200

/** As many batches as gzip, each with an id of its own. */
export function sampleBatches(kind: BatchKind, count: number): Buffer[] {
  const texts = Array.from({ length: templates }, () => JSON.stringify(sampleBatch(kind)))
  return Array.from({ length: count }, (_, i) => withNewId(texts[i % templates]!))
}

function withNewId(text: string): Buffer {
  return gzipSync(text.replace(/"id":"[^"]*"/, `"id":"${randomBytes(16).toString('base64url')}"`), {
    level: 1,
  })
}

/** A batch of 50 predictions, with values of its own. */
export function sampleBatch(kind: BatchKind, random: () => number = Math.random): TelemetryBatch {
  const hour = Math.floor(Date.now() / 3_600_000)
  const place = { hour, model: 'wine', version: '1.0.0', variant: 'fp32', backend: 'wasm' } as const
  const rows = Array.from({ length: predictions }, () =>
    Array.from({ length: features }, (_, i) => 10 * i + gaussian(random)),
  )
  return {
    protocol: 1,
    id: randomBytes(16).toString('base64url'),
    sdk: '0.1.0',
    level: kind,
    browser: { family: random() < 0.5 ? 'chrome' : 'firefox', major: 130 + Math.floor(4 * random()) },
    device: { class: 'mid', kind: 'desktop', threads: 4, gpu: 'webgpu' },
    groups: [
      {
        ...operations(random),
        ...place,
        ...(kind === 'aggregate' && { features: { raw: summaries(rows) } }),
      },
    ],
    ...(kind === 'events' && {
      events: rows.map((row) => ({
        ...place,
        rate: 0.1,
        keep: 24,
        fields: Object.fromEntries(row.map((value, i) => [`feature ${i}`, Number(value.toPrecision(6))])),
      })),
    }),
  }
}

function operations(
  random: () => number,
): Omit<TelemetryGroup, 'hour' | 'model' | 'version' | 'variant' | 'backend'> {
  const latency = emptyQuantileSketch()
  for (let i = 0; i < predictions; i++) addQuantile(latency, 2 + 8 * random())
  return {
    ...(random() < 0.2 && { first: 1 as const }),
    counts: { predictions, calls: predictions },
    latency: quantileSketchToWire(latency)!,
    outputs: {
      quality: {
        kind: 'classes',
        count: predictions,
        none: 0,
        labels: { counts: { good: 20, fair: 20, poor: 10 } },
      },
    },
  }
}

function summaries(rows: readonly number[][]): Record<string, FeatureSummary> {
  return Object.fromEntries(
    Array.from({ length: features }, (_, i) => {
      const [moments, quantiles] = [emptyMoments(), emptyQuantileSketch()]
      for (const row of rows) {
        addMoment(moments, row[i]!)
        addQuantile(quantiles, row[i]!)
      }
      const health = { count: predictions, missing: 0, mismatched: 0, failed: 0, nonFinite: 0 }
      const summary: FeatureSummary = {
        kind: 'numeric',
        ...health,
        moments: momentsToWire(moments)!,
        quantiles: quantileSketchToWire(quantiles)!,
      }
      return [`feature ${i}`, summary]
    }),
  )
}

/** A standard normal number (Box and Muller, 1958). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
