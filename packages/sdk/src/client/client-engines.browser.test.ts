import { afterEach, beforeEach, expect, test } from 'vitest'

import { type BrowserRepository, startBrowserRepository } from '../../test/browser-repository.ts'
import { linearRequest } from '../../test/linear-request.ts'
import { denseExpected, denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import { denseLayersRequest } from '../../test/tiny-tfjs.ts'
import type { Homing } from './api.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions } from './options-api.ts'

const x = [1, 2, 3, 4]
const input = { x: floats(x, [1, 4]) }
const expectBias = (y: { readonly data: ArrayLike<unknown> } | undefined, bias: number): void => {
  denseExpected(x, bias).forEach((value, at) => {
    expect(y!.data[at]).toBeCloseTo(value, 4)
  })
}

let repository: BrowserRepository
let homing: Homing
const client = (options: Partial<ClientOptions> = {}): Homing =>
  (homing = createClient({
    repository: repository.url,
    root: repository.root,
    app: 'test',
    pollInterval: 0,
    ...options,
  }))

beforeEach(async () => {
  repository = await startBrowserRepository()
})
afterEach(async () => {
  await homing.close()
  await repository.stop()
})

test('a backend that breaks while it serves is replaced, the call repeated, and the status says why', async () => {
  await repository.publish([{ request: denseLayersRequest([], { bias: 1 }) }])
  const tfjs = () => new Worker(new URL('../../test/losing-worker.ts', import.meta.url), { type: 'module' })
  const model = await client({ workers: { tfjs } }).model('tiny', { backends: ['webgl', 'cpu'] })
  expect(model.status).toMatchObject({ backend: 'webgl', fallbacks: [] })
  // A context may take one more run until its loss is felt; the second loss is the last that webgl has.
  for (let call = 0; call < 8; call++) expectBias((await model.predict(input)).outputs['y'], 1)
  expect(model.status).toMatchObject({
    state: { name: 'active', version: '1.0.0' },
    backend: 'cpu',
    fallbacks: [{ backend: 'webgl', stage: 'run', code: 'ENGINE_FAILED' }],
  })
})

test('a version for another engine takes over without a failed call', async () => {
  await repository.publish([{ request: denseLayersRequest([], { bias: 1 }) }])
  const model = await client().model('tiny', { backends: ['cpu', 'wasm'] })
  expect(model.status).toMatchObject({ engine: 'tfjs', backend: 'cpu' })
  await repository.publish([{ request: denseOnnxRequest([], { version: '1.1.0', bias: 2 }) }])
  const calls: ReturnType<typeof model.predict>[] = []
  const checked = homing.check()
  const timer = setInterval(() => calls.push(model.predict(input)), 5)
  await checked
  clearInterval(timer)
  calls.push(model.predict(input))
  for (const { version, outputs } of await Promise.all(calls))
    expectBias(outputs['y'], version === '1.0.0' ? 1 : 2)
  expect(model.status).toMatchObject({ engine: 'onnx', backend: 'wasm', version: '1.1.0' })
})

test('the backends can be chosen while the model serves; a choice that cannot work changes nothing', async () => {
  await repository.publish([{ request: denseLayersRequest([], { bias: 1 }) }])
  const model = await client().model('tiny', { backends: ['cpu'] })
  expect((await model.setBackends(['webgl'])).backend).toBe('webgl')
  expectBias((await model.predict(input)).outputs['y'], 1)
  await expect(model.setBackends([])).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' })
  expect((await model.predict(input)).backend).toBe('webgl')
})

test('an engine that the app brings serves, is updated and comes back like any other', async () => {
  const workers: Worker[] = []
  const linear = (): Worker => {
    workers.push(new Worker(new URL('../../test/linear-worker.ts', import.meta.url), { type: 'module' }))
    return workers.at(-1)!
  }
  await repository.publish([{ request: linearRequest('1.0.0', 1) }])
  const model = await client({ engines: { linear } }).model('tiny')
  expect(model.status).toMatchObject({ engine: 'linear', engineVersion: '1.0.0', backend: 'cpu' })
  expectBias((await model.predict(input)).outputs['y'], 1)
  await repository.publish([{ request: linearRequest('1.1.0', 2) }])
  await homing.check()
  const calls = [model.predict(input), model.predict(input)]
  workers[0]!.terminate()
  for (const { outputs } of await Promise.all(calls)) expectBias(outputs['y'], 2)
  expect(workers).toHaveLength(2)
})

test('a version for an engine that the app does not have is a typed error', async () => {
  await repository.publish([{ request: linearRequest('1.0.0', 1) }])
  await expect(client().model('tiny')).rejects.toMatchObject({
    code: 'ENGINE_MISSING',
    details: { engine: 'linear' },
  })
  expect(() => client({ engines: { 'Not a name': () => new Worker('') } })).toThrow(/name of an engine/)
})
