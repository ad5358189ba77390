import { canonicalBytes, parseWith, type Report, ReportSchema, sha256Hex } from '@homing/protocol'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { type BrowserRepository, startBrowserRepository } from '../../../test/browser-repository.ts'
import { denseExpected, denseOnnxRequest, floats } from '../../../test/tiny-packages.ts'
import type { Homing, Model } from '../api.ts'
import { createClient } from '../create-client.ts'
import type { BlackBoxOptions } from './black-box-options.ts'
import { maxKeptBytes, maxKeptInputs } from './config.ts'

let repository: BrowserRepository
let homing: Homing
let manifest: string

beforeAll(async () => {
  repository = await startBrowserRepository()
  const published = await repository.publish([{ request: denseOnnxRequest([], { model: 'dense', bias: 1 }) }])
  manifest = await sha256Hex(canonicalBytes(published[0]!))
})
afterEach(() => homing.close())
afterAll(() => repository.stop())

const row = [1, 2, 3, 4]
const open = (blackBox?: BlackBoxOptions): Promise<Model> => {
  const { url, root } = repository
  const options = { repository: url, root, app: 'test', pollInterval: 0, storage: 'memory' } as const
  homing = createClient({ ...options, ...(blackBox && { blackBox }) })
  return homing.model('dense', { backends: ['wasm'] })
}
/** As it arrives elsewhere: through JSON, and checked. */
const reported = async (): Promise<Report> =>
  parseWith(ReportSchema, JSON.parse(JSON.stringify(await homing.report())), 'CONFIG_INVALID', 'The report')
const decoded = (data: unknown): number[] => {
  const bytes = Uint8Array.from(atob(data as string), (letter) => letter.charCodeAt(0))
  return [...new Float32Array(bytes.buffer)]
}

test('reports versions, backends, timings and errors, and nothing that was put in', async () => {
  const model = await open()
  const { predictionId, version } = await model.predict({ x: floats(row, [1, 4]) })
  await expect(model.predict({ x: floats([1, 2, 3], [1, 3]) })).rejects.toThrow()
  await expect(model.predict({ x: 'secret' as never })).rejects.toThrow('secret')
  const report = await reported()
  expect(report).toMatchObject({ format: 1, app: 'test', dropped: 0 })
  expect(report.models).toMatchObject([{ model: 'dense', version, backend: 'wasm', engine: 'onnx' }])
  expect(model.status.manifest).toBe(manifest)
  expect(report.calls).toMatchObject([
    { model: 'dense', version, backend: 'wasm', id: predictionId, manifest },
    { error: { code: 'INPUT_SHAPE' } },
    { error: { code: 'INPUT_DTYPE' } },
  ])
  expect(report.calls[0]!.timings).toHaveProperty('run')
  expect(JSON.stringify(report)).not.toContain('secret')
  expect(report.calls.some((call) => 'inputs' in call || 'outputs' in call)).toBe(false)
})

test('keeps the inputs of calls that failed, where the app says so', async () => {
  const model = await open({ inputs: 'failed' })
  await model.predict({ x: floats(row, [1, 4]) })
  await expect(model.predict({ x: floats([1, 2, 3], [1, 3]) })).rejects.toThrow()
  await expect(model.predict({ x: floats([5, 6], [1, 2]) }, { transfer: true })).rejects.toThrow()
  await expect(model.predict({ x: floats(row, [1, 4]) }, { signal: AbortSignal.abort() })).rejects.toThrow()
  const [good, bad, moved, aborted] = (await reported()).calls
  expect(good).not.toHaveProperty('inputs')
  expect(bad!.inputs!.x).toMatchObject({ kind: 'tensor', dtype: 'float32', shape: [1, 3] })
  expect(bad!.error!.message).toContain('x')
  expect(moved).toMatchObject({ withheld: expect.stringContaining('transfer') as string })
  expect(aborted).toMatchObject({ error: { code: 'ABORTED' } })
  expect(aborted).not.toHaveProperty('inputs')
})

test('keeps inputs as they were when the call was made, and what was answered, of the last calls', async () => {
  const model = await open({ inputs: 'all' })
  for (let call = 0; call < maxKeptInputs; call++) await model.predict({ x: floats([0, 0, 0, 0], [1, 4]) })
  const x = floats(row, [1, 4])
  const pending = model.predict({ x })
  x.data.fill(9 as never)
  const { outputs } = await pending
  outputs.y!.data.fill(9 as never)
  const { calls } = await reported()
  expect(calls[0]).toHaveProperty('withheld')
  expect(calls[1]).toHaveProperty('inputs')
  const { inputs, outputs: answered } = calls.at(-1)!
  expect(inputs!.x).toMatchObject({ kind: 'tensor', shape: [1, 4] })
  expect(decoded((inputs!.x as { data: unknown }).data)).toEqual(row)
  expect(decoded(answered!.y!.data)).toEqual(denseExpected(row, 1))
})

test('does not keep what is over its limit', async () => {
  const model = await open({ inputs: 'all' })
  const rows = maxKeptBytes / 16
  await model.predict({
    x: floats(
      Array.from({ length: rows * 4 }, () => 1),
      [rows, 4],
    ),
  })
  expect((await reported()).calls[0]).toMatchObject({ withheld: expect.stringContaining('over') as string })
})

test('holds so many calls and no more', async () => {
  const model = await open({ calls: 3 })
  const ids: string[] = []
  for (let call = 0; call < 5; call++)
    ids.push((await model.predict({ x: floats(row, [1, 4]) })).predictionId)
  const { calls, dropped } = await reported()
  expect(calls.map(({ id }) => id)).toEqual(ids.slice(-3))
  expect(dropped).toBe(2)
})

test.each([{ calls: -1 }, { calls: 1e6 }, { inputs: 'some' as never }])('refuses %j', (blackBox) => {
  const { url, root } = repository
  expect(() => createClient({ repository: url, root, app: 'test', blackBox })).toThrow('blackBox')
})

test('tells developer tools how long stages took, and leaves nothing on the list of the page', async () => {
  const seen = new Map<string, PerformanceEntry>()
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.set(entry.name, entry)
  })
  observer.observe({ entryTypes: ['measure'] })
  const model = await open()
  const { timings } = await model.predict({ x: floats(row, [1, 4]) })
  await expect
    .poll(() => [...seen.keys()].sort())
    .toEqual(
      expect.arrayContaining(
        ['predict', 'queue', 'encode', 'run', 'decode', 'fetch', 'load', 'firstRun'].map(
          (stage) => `homing:${stage}`,
        ),
      ),
    )
  observer.disconnect()
  expect(seen.get('homing:run')).toMatchObject({
    detail: { model: 'dense', version: '1.0.0', backend: 'wasm' },
  })
  expect(seen.get('homing:run')!.duration).toBeCloseTo(timings.run, 0)
  expect(performance.getEntriesByType('measure').filter(({ name }) => name.startsWith('homing:'))).toEqual([])
})

test('calls of an earlier visit are reported, without what was put in, until the model is forgotten', async () => {
  const visit = (blackBox: BlackBoxOptions = {}): Homing => {
    const { url, root } = repository
    return createClient({ repository: url, root, app: 'test', pollInterval: 0, blackBox })
  }
  const opened = (client: Homing): Promise<Model> => client.model('dense', { backends: ['wasm'] })
  const first = visit()
  const model = await opened(first)
  const { predictionId } = await model.predict({ x: floats(row, [1, 4]) })
  await expect(model.predict({ x: 'secret' as never })).rejects.toThrow('secret')
  const silent = visit({ calls: 0 })
  await (await opened(silent)).predict({ x: floats(row, [1, 4]) })

  homing = visit()
  await opened(homing)
  // They are kept a moment later.
  await expect.poll(async () => (await homing.report()).calls.length, { timeout: 20_000 }).toBe(2)
  const report = await reported()
  expect(report.calls).toMatchObject([
    { model: 'dense', version: '1.0.0', manifest, id: predictionId },
    { error: { code: 'INPUT_DTYPE' } },
  ])
  expect(JSON.stringify(report)).not.toContain('secret')
  await homing.forget('dense')
  await opened(homing)
  expect((await homing.report()).calls).toEqual([])
  await Promise.all([first.close(), silent.close()])
})
