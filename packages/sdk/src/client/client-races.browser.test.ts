import { paths } from '@homing/protocol'
import { beforeEach, expect, test } from 'vitest'

import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import type { Model } from './api.ts'

const input = { x: floats([1, 2, 3, 4], [1, 4]) }
const dense = (version: string, bias: number) => ({ request: denseOnnxRequest([], { version, bias }) })

let workers: Worker[] = []
const onnxWorker = (): Worker => {
  const worker = new Worker(new URL('../runtime/onnx-worker.ts', import.meta.url), { type: 'module' })
  workers.push(worker)
  return worker
}
const hostWorker = (): Worker => {
  const worker = new Worker(new URL('./host-worker.ts', import.meta.url), { type: 'module' })
  workers.push(worker)
  return worker
}
const until = async (check: () => boolean): Promise<void> => {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 10))
}

serveEachTest()
beforeEach(() => {
  workers = []
})

test('backends chosen while an update runs do not bring the old version back', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const homing = client()
  const model = await homing.model('tiny', { backends: ['wasm'] })
  await repository.publish([dense('1.1.0', 2)])
  const choosing: Promise<unknown>[] = []
  model.subscribe(({ update }) => {
    if (update.state.name === 'probing' && choosing.length === 0) choosing.push(model.setBackends(['wasm']))
  })
  await homing.check()
  await Promise.all(choosing)
  expect(choosing).toHaveLength(1)
  expect((await model.predict(input)).version).toBe('1.1.0')
  expect(model.status).toMatchObject({ version: '1.1.0', state: { version: '1.1.0' } })
})

test('a choice of backends that was refused does not outlive a worker', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const model = await client({ workers: { onnx: onnxWorker } }).model('tiny', { backends: ['wasm'] })
  await expect(model.setBackends(['webgl'])).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' })
  workers.at(-1)!.terminate()
  expect((await model.predict(input)).version).toBe('1.0.0')
})

test.each(['9.9.9', 'latest'])('a pin to %s is refused, and the next visit opens', async (version) => {
  await repository.publish([dense('1.0.0', 1)])
  const first = client()
  const model = await first.model('tiny', { backends: ['wasm'] })
  await expect(model.pin(version)).rejects.toMatchObject({ code: 'VERSION_UNKNOWN' })
  expect(model.status.update.pinned).toBeUndefined()
  await first.close()
  await repository.fail(paths.rollout('tiny'), { kind: 'reset' })
  const again = await client().model('tiny', { backends: ['wasm'] })
  expect(again.status.version).toBe('1.0.0')
})

test('a pin outlives the host, also where the model was opened with another', async () => {
  await repository.publish([dense('1.0.0', 1), dense('1.1.0', 2)])
  const model = await client({ workers: { host: hostWorker } }).model('tiny', {
    backends: ['wasm'],
    version: '1.1.0',
  })
  await model.pin('1.0.0')
  workers.at(-1)!.terminate()
  expect((await model.predict(input)).version).toBe('1.0.0')
})

test('an engine worker that dies again while the model is restored is not the end', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const dying = (): Worker => {
    const worker = onnxWorker()
    if (workers.length === 2)
      worker.addEventListener('message', () => setTimeout(() => worker.terminate()), { once: true })
    return worker
  }
  const model = await client({ workers: { onnx: dying } }).model('tiny', { backends: ['wasm'] })
  workers[0]!.terminate()
  await model.predict(input).catch(() => undefined)
  expect((await model.predict(input)).version).toBe('1.0.0')
  expect(workers.length).toBeGreaterThan(2)
  await until(() => model.status.state.name === 'active')
})

test('a model that is closed in the middle of an update can be opened again at once', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const homing = client()
  const model = await homing.model('tiny', { backends: ['wasm'] })
  await repository.publish([dense('1.1.0', 2)])
  const opening: Promise<Model>[] = []
  model.subscribe(({ update }) => {
    if (update.state.name !== 'probing' || opening.length > 0) return
    void model.close()
    opening.push(homing.model('tiny', { backends: ['wasm'] }))
  })
  await homing.check().catch(() => undefined)
  const [again] = await Promise.all(opening)
  expect((await again!.predict(input)).version).toBe('1.1.0')
  expect(again!.status.state.name).toBe('active')
})

test('a host that could not be started again is told, and tried again by the next prediction', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const host = (): Worker => {
    if (workers.length !== 1) return hostWorker()
    workers.push(new Worker('/no-such-worker.js', { type: 'module' }))
    return workers[1]!
  }
  const model = await client({ workers: { host } }).model('tiny', { backends: ['wasm'] })
  workers[0]!.terminate()
  await until(() => model.status.state.name === 'failed')
  expect(model.status.state).toMatchObject({ error: { code: 'WORKER_LOST' } })
  const predictions = await Promise.all([model.predict(input), model.predict(input)])
  expect(predictions.map(({ version }) => version)).toEqual(['1.0.0', '1.0.0'])
  expect(model.status.state.name).toBe('active')
  expect(workers).toHaveLength(3)
})

test('an engine that hangs keeps neither an aborted prediction nor the client', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const onnx = (): Worker =>
    workers.length === 0
      ? onnxWorker()
      : new Worker(new URL('../../test/hanging-worker.ts', import.meta.url), { type: 'module' })
  const homing = client({ workers: { onnx } })
  const model = await homing.model('tiny', { backends: ['wasm'] })
  workers[0]!.terminate()
  const controller = new AbortController()
  const aborted = model.predict(input, { signal: controller.signal })
  const left = model.predict(input)
  setTimeout(() => controller.abort(), 500)
  await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
  const closed = expect(left).rejects.toMatchObject({ code: 'CLOSED' })
  await homing.close()
  await closed
})

test('a worker that the browser refuses to make is a typed error', async () => {
  const host = (): Worker => {
    throw new DOMException('refused', 'SecurityError')
  }
  const homing = client({ workers: { host } })
  await expect(homing.check()).rejects.toMatchObject({
    code: 'WORKER_LOST',
    cause: { name: 'SecurityError' },
  })
})

test('with a pollInterval of 0, a page that gains focus asks for nothing', async () => {
  await repository.publish([dense('1.0.0', 1)])
  await client().model('tiny', { backends: ['wasm'] })
  const before = (await repository.requests()).length
  dispatchEvent(new Event('focus'))
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await repository.requests()).toHaveLength(before)
})
