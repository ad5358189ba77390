import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import {
  predictionsIn,
  startTelemetryEndpoint,
  type TelemetryEndpoint,
} from '../../test/telemetry-endpoint.ts'
import { denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import type { Homing, Model } from './api.ts'
import type { ClientOptions } from './options-api.ts'
import type { TelemetryOptions } from './telemetry-api.ts'

const input = { x: floats([1, 2, 3, 4], [1, 4]) }
let server: TelemetryEndpoint

serveEachTest()
beforeEach(async () => {
  server = await startTelemetryEndpoint()
  await repository.publish([{ request: denseOnnxRequest([], { version: '1.0.0', bias: 0 }) }])
})
afterEach(() => server.stop())

/** A tab that sends every few moments. */
const tab = (telemetry: Partial<TelemetryOptions> = {}, options: Partial<ClientOptions> = {}): Homing =>
  client({ telemetry: { url: server.url, key: 'a-key', interval: 200, ...telemetry }, ...options })
const open = (homing: Homing): Promise<Model> => homing.model('tiny', { backends: ['wasm'] })
const predict = async (model: Model, times: number): Promise<string> => {
  let id = ''
  for (let call = 0; call < times; call++) id = (await model.predict(input)).predictionId
  return id
}
const until = async (check: () => Promise<boolean>): Promise<void> => {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 30))
}
const countedReach = (count: number): Promise<void> =>
  until(async () => predictionsIn(await server.counted()) >= count)

test('predictions arrive as aggregates that name neither user nor input, marked first of the day once', async () => {
  const model = await open(tab())
  await predict(model, 5)
  await countedReach(5)
  await predict(model, 2)
  await countedReach(7)
  const batches = await server.counted()
  expect(predictionsIn(batches)).toBe(7)
  const groups = batches.flatMap((batch) => batch.groups)
  expect(groups[0]).toMatchObject({
    model: 'tiny',
    version: '1.0.0',
    variant: 'fp32',
    backend: 'wasm',
    first: 1,
  })
  expect(groups.filter(({ first }) => first === 1)).toHaveLength(1)
  expect(batches[0]!.browser).toMatchObject({ family: 'chrome' })
  expect(groups.some(({ latency }) => latency !== undefined)).toBe(true)
})

describe('an app', () => {
  test('without telemetry has none, and is told so', async () => {
    const homing = client()
    await predict(await open(homing), 1)
    await expect(homing.telemetry.status()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(homing.track('sale', 1)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  test.each<[string, object]>([
    ['key', { key: '' }],
    ['level', { level: 'all' }],
    ['interval', { interval: -1 }],
    ['differentialPrivacy.epsilon', { differentialPrivacy: { epsilon: 0 } }],
    ['slices', { slices: { plan: 5 } }],
  ])('that gives a wrong telemetry.%s is told so', async (option, wrong) => {
    await expect(tab(wrong).model('tiny')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(option) as string,
    })
  })

  test('that gives a wrong telemetry.url is told so at once', () => {
    expect(() => tab({ url: 5 as never })).toThrow('telemetry.url')
  })
})

test('a preview is what is sent then, byte for byte once it waits', async () => {
  const homing = tab()
  await server.answer({ status: 503, headers: { 'retry-after': '600' } }, 1)
  const model = await open(homing)
  await predict(model, 3)
  await until(async () => (await homing.telemetry.status()).pausedUntil !== undefined)
  await predict(model, 2)
  const preview = await homing.telemetry.preview()
  expect(predictionsIn(preview)).toBe(5)
  const waiting = preview[0]!
  expect((await server.received())[0]).toEqual(waiting)
  expect((await homing.telemetry.status()).pausedUntil).toBeGreaterThan(0)
})

describe('consent', () => {
  test('that is withdrawn erases what waits, also for later visits, until it is given again', async () => {
    const homing = tab()
    await server.answer('cut')
    await predict(await open(homing), 3)
    await until(async () => (await homing.telemetry.status()).waiting.batches > 0)
    const withdrawn = (await homing.telemetry.preview()).map(({ id }) => id)
    expect(await homing.telemetry.withdraw()).toMatchObject({
      level: 'off',
      consent: 'off',
      waiting: { batches: 0, bytes: 0 },
    })
    expect(await homing.telemetry.preview()).toEqual([])
    await homing.close()
    await server.answer({ status: 202 })

    const later = tab()
    await predict(await open(later), 2)
    expect(await later.telemetry.preview(), 'nothing is counted').toEqual([])
    expect(await later.telemetry.consent('aggregate')).toMatchObject({ level: 'aggregate' })
    await predict(await open(later), 4)
    // A request that was cut may have been on its way until then.
    const arrived = async () =>
      predictionsIn((await server.counted()).filter(({ id }) => !withdrawn.includes(id)))
    await until(async () => (await arrived()) >= 4)
    expect(await arrived()).toBe(4)
  })

  test('that is withdrawn in one tab holds in the other', async () => {
    const [first, second] = [tab({ interval: 60_000 }), tab({ interval: 60_000 })]
    const model = await open(second)
    await predict(model, 1)
    await second.telemetry.status()
    await first.telemetry.withdraw()
    await predict(model, 3)
    expect((await second.telemetry.status()).level).toBe('off')
    await second.close()
    await until(async () => (await first.telemetry.status()).waiting.batches === 0)
    expect(await first.telemetry.preview()).toEqual([])
  })

  test('is not needed where the app begins with off, and is asked for', async () => {
    const homing = tab({ level: 'off' })
    const model = await open(homing)
    await predict(model, 2)
    expect(await homing.telemetry.status()).toMatchObject({ level: 'off', waiting: { batches: 0 } })
    await homing.telemetry.consent('aggregate')
    await predict(model, 1)
    await countedReach(1)
    expect(predictionsIn(await server.counted())).toBe(1)
  })

  test('Global Privacy Control means off, until the user says otherwise', async () => {
    Object.defineProperty(navigator, 'globalPrivacyControl', { value: true, configurable: true })
    try {
      const homing = tab()
      const model = await open(homing)
      await predict(model, 1)
      expect(await homing.telemetry.status()).toMatchObject({ level: 'off', globalPrivacyControl: true })
      expect(await homing.telemetry.consent('aggregate')).toMatchObject({ level: 'aggregate' })
    } finally {
      Reflect.deleteProperty(navigator, 'globalPrivacyControl')
    }
  })

  test('to something that is no level is refused', async () => {
    await expect(tab().telemetry.consent('all' as never)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

test('feedback is matched on the device, on this visit and the next', async () => {
  const first = tab({ interval: 60_000 })
  const model = await open(first)
  const id = await predict(model, 1)
  expect(await model.feedback(id, { value: 3 })).toBe(true)
  expect(await model.feedback('unknown', { value: 3 })).toBe(false)
  await expect(model.feedback(id, {})).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  const later = await predict(model, 1)
  await first.telemetry.status()
  await first.close()
  const again = await open(tab())
  expect(await again.feedback(later, { value: 3 })).toBe(true)
})

test('goals count for the version that answered', async () => {
  const homing = tab()
  const model = await open(homing)
  expect(await homing.track('sale', 5), 'nobody answered').toBe(false)
  await predict(model, 1)
  expect(await homing.track('sale', 20)).toBe(true)
  await until(async () =>
    (await server.counted()).some(({ groups }) => groups.some(({ goals }) => goals?.['sale'])),
  )
  const goals = (await server.counted()).flatMap(({ groups }) => groups.map((group) => group.goals))
  expect(goals.filter((goal) => goal)).toEqual([{ sale: { n: 1, sum: 20, squares: 400 } }])
})

test('forgetting erases telemetry too', async () => {
  const homing = tab()
  await server.answer('cut')
  await predict(await open(homing), 3)
  await until(async () => (await homing.telemetry.status()).waiting.batches > 0)
  await homing.forget()
  expect(await homing.telemetry.status()).toMatchObject({ waiting: { batches: 0 }, level: 'aggregate' })
  expect(await homing.telemetry.preview()).toEqual([])
})
