import type { FeatureSummary, Pipeline, TelemetryGroup } from '@homing/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { startTelemetryEndpoint, type TelemetryEndpoint } from '../../test/telemetry-endpoint.ts'
import { denseOnnxRequest } from '../../test/tiny-packages.ts'
import type { Homing, Model } from './api.ts'

const labels = ['a', 'b', 'c']
const pipeline: Pipeline = {
  inputs: [
    {
      kind: 'table',
      name: 'row',
      tensor: 'x',
      features: ['w', 'h', 'd', 'kg'].map((name) => ({
        kind: 'number',
        name,
        standardise: { mean: 10, std: 2 },
        checks: [{ kind: 'range', min: 0 }],
      })),
    },
  ],
  outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels }],
}
let server: TelemetryEndpoint

serveEachTest()
beforeEach(async () => {
  server = await startTelemetryEndpoint()
  const request = denseOnnxRequest([], { version: '1.0.0', pipeline })
  const telemetry = { slices: [{ name: 'plan', values: ['free', 'paid'] }] }
  await repository.publish([{ request: { ...request, manifest: { ...request.manifest, telemetry } } }])
})
afterEach(() => server.stop())

const homingWith = (slices: Record<string, string>): Homing =>
  client({ telemetry: { url: server.url, key: 'a-key', interval: 200, slices } })
const groups = async (): Promise<TelemetryGroup[]> =>
  (await server.counted()).flatMap((batch) => batch.groups)
const rawOf = async (name: string): Promise<FeatureSummary[]> =>
  (await groups()).flatMap(({ features }) => features?.raw?.[name] ?? [])
const total = (summaries: readonly FeatureSummary[], field: 'count' | 'mismatched' | 'failed'): number =>
  summaries.reduce((sum, summary) => sum + summary[field], 0)
/** Until as many rows as that have arrived at the server. */
const arrived = async (rows: number): Promise<void> => {
  while (total(await rawOf('w'), 'count') < rows) await new Promise((resolve) => setTimeout(resolve, 30))
}
const opened = (homing: Homing): Promise<Model> => homing.model('tiny', { backends: ['wasm'] })

test('features and labels come home as summaries, of data as given and as processed, by declared slice', async () => {
  const model = await opened(homingWith({ plan: 'free', user: 'ada' }))
  const row = (w: number) => ({ row: { w, h: 10, d: 10, kg: 12 } })
  for (const w of [8, 10, 12]) await model.predict(row(w))
  await expect(model.predict({ row: { ...row(1).row, w: 'wide' } })).rejects.toMatchObject({
    code: 'INPUT_DTYPE',
  })
  await expect(model.predict(row(-5))).rejects.toMatchObject({ code: 'INPUT_VALUE' })
  await arrived(5)

  const raw = await rawOf('w')
  expect(total(raw, 'count')).toBe(5)
  expect(total(raw, 'mismatched')).toBe(1)
  expect(total(raw, 'failed')).toBe(1)
  const measured = (await groups()).filter(({ features }) => features)
  for (const group of measured) {
    expect(group.slice).toEqual({ plan: 'free' })
    expect(group.pipeline).toMatch(/^[0-9a-f]{64}$/)
  }
  const processed = measured.flatMap(({ features }) => features!.processed?.['w'] ?? [])
  expect(total(processed, 'count'), 'what the pipeline refused it did not process').toBe(3)
  const told = JSON.stringify(measured)
  expect(told, 'of so few values a mean or a sketch would tell them').not.toMatch(/moments|quantiles/)
  const outputs = measured.flatMap(({ outputs: summaries }) => summaries?.['y'] ?? [])
  expect(outputs.reduce((sum, { count }) => sum + count, 0)).toBe(3)
})

test('after consent is withdrawn no engine measures, until it is given again', async () => {
  const homing = homingWith({})
  const model = await opened(homing)
  const row = { row: { w: 10, h: 10, d: 10, kg: 10 } }
  await model.predict(row)
  await homing.telemetry.withdraw()
  await model.predict(row)
  await homing.telemetry.consent('aggregate')
  await model.predict(row)
  await arrived(1)
  expect(total(await rawOf('w'), 'count')).toBe(1)
})
