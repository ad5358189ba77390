import { expect, test } from 'vitest'

import { admin, startedServer } from '../../test/fixture.ts'
import { appKey, sendTelemetry, telemetryBatch, thisHour } from '../../test/telemetry.ts'
import { foldEveryMs } from '../config.ts'

test('what devices sent is read by version, or as asked, and exported as lines', async () => {
  const app = await startedServer({ cohort: { marks: 1 } })
  const { key } = await appKey(app)
  for (const predictions of [2, 3])
    await sendTelemetry(app, key, telemetryBatch([{ counts: { predictions } }, { version: '2.0.0' }]))
  const read = async (path: string) => {
    const answer = await app.inject({ url: `/v1/telemetry/${path}`, headers: admin })
    expect(answer.headers['cache-control']).toBe('no-store')
    return answer
  }
  const figures = async (query = '') => (await read(`rollups${query}`)).json().figures as object[]
  while ((await figures()).length < 2) await new Promise((resolve) => setTimeout(resolve, foldEveryMs / 10))
  const place = { app: 'shop', model: 'digits', from: thisHour(), to: thisHour() + 1 }
  expect(await figures()).toMatchObject([
    { ...place, version: '1.0.0', batches: 2, body: { counts: { predictions: 5 } } },
    { ...place, version: '2.0.0', batches: 2, body: { counts: { predictions: 2 } } },
  ])
  expect(await figures('?by=day')).toMatchObject([{ ...place, body: { counts: { predictions: 7 } } }])
  expect(await figures('?version=2.0.0&by=browser,backend')).toMatchObject([
    { browser: 'chrome 131', backend: 'wasm', body: { counts: { predictions: 2 } } },
  ])
  for (const query of ['?app=cinema', '?model=wine', '?backend=webgpu', `?from=${thisHour() + 1}`])
    expect(await figures(query), query).toEqual([])
  const lines = (await read('export')).body.trim().split('\n')
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { version: '1.0.0', variant: 'fp32', slice: '{}' },
    { version: '2.0.0' },
  ])
})

test('figures are for the admin, of cohorts unless told otherwise, and asked for in known words', async () => {
  const app = await startedServer()
  for (const path of ['rollups', 'export']) {
    expect((await app.inject(`/v1/telemetry/${path}`)).statusCode).toBe(401)
    for (const query of ['?by=device', '?from=yesterday', '?app=A!'])
      expect((await app.inject({ url: `/v1/telemetry/${path}${query}`, headers: admin })).statusCode).toBe(
        400,
      )
  }
  const empty = await app.inject({ url: '/v1/telemetry/rollups', headers: admin })
  expect(empty.json()).toEqual({ cohort: { marks: 50, days: 1 }, figures: [] })
})
