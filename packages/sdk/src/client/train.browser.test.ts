import { paths, type Pipeline } from '@homing/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { type BrowserRepository, startBrowserRepository } from '../../test/browser-repository.ts'
import { explainedDense } from '../../test/tiny-explained.ts'
import { floats } from '../../test/tiny-packages.ts'
import { onnxRelease, tfjsRelease } from '../../test/tiny-training.ts'
import type { TrainingEvent } from '../learning/training-api.ts'
import type { Homing, Model } from './api.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions } from './options-api.ts'

const pipeline: Pipeline = {
  inputs: [],
  outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels: ['cat', 'dog', 'fox'] }],
}
/** Examples whose label is where their largest feature stands. */
const count = 24
const x = floats(
  Array.from({ length: count * 4 }, (_, i) => (i % 4 === Math.floor(i / 4) % 3 ? 1 : Math.sin(i) / 4)),
  [count, 4],
)
const targets = Array.from({ length: count }, (_, i) => ['cat', 'dog', 'fox'][i % 3]!)
const examples = { inputs: { x }, targets }

let repository: BrowserRepository
let homing: Homing
let workers: Worker[]
const trainingWorker = (): Worker => {
  const worker = new Worker(new URL('../learning/onnx-training-worker.ts', import.meta.url), {
    type: 'module',
  })
  workers.push(worker)
  return worker
}
const connect = (options: Partial<ClientOptions> = {}): void => {
  homing = createClient({
    repository: repository.url,
    root: repository.root,
    app: 'test',
    pollInterval: 0,
    ...options,
  })
}
const open = (backends: readonly ('wasm' | 'cpu')[] = ['wasm']): Promise<Model> =>
  homing.model('tiny', { backends })

/** Workers that live: each holds a lock. */
const workerCount = async (): Promise<number> => {
  const { held = [] } = await navigator.locks.query()
  return held.filter(({ name }) => name?.startsWith('homing:worker:')).length
}
const untilWorkers = async (count: number): Promise<void> => {
  while ((await workerCount()) !== count) await new Promise((resolve) => setTimeout(resolve, 10))
}

beforeEach(async () => {
  workers = []
  repository = await startBrowserRepository()
  connect({ workers: { 'onnx-training': trainingWorker } })
})
afterEach(async () => {
  await homing.close()
  await repository.stop()
})

test.each([
  ['onnx', 'wasm'],
  ['onnx', 'webgpu'],
  ['tfjs', 'webgl'],
  ['tfjs', 'cpu'],
] as const)('trains a copy of an %s package on %s, beside predictions', async (engine, backend) => {
  const release = engine === 'onnx' ? onnxRelease : tfjsRelease
  await repository.publish([release('classes', { pipeline })])
  connect()
  const model = await open([engine === 'onnx' ? 'wasm' : 'cpu'])
  const one = { x: floats([1, 0, 0, 0], [1, 4]) }
  const before = await model.predict(one)
  const serving = await workerCount()
  const events: TrainingEvent[] = []
  const training = model.train(examples, {
    backends: [backend],
    epochs: 3,
    onEvent: (event) => void events.push(event),
  })
  expect((await model.predict(one)).outputs).toEqual(before.outputs)
  const result = await training
  await untilWorkers(serving)
  expect(result).toMatchObject({ version: '1.0.0', engine, backend, steps: 18, epochs: 3, fallbacks: [] })
  expect(result.curve.at(-1)!.loss).toBeLessThan(result.curve[0]!.loss / 2)
  expect(result.examplesPerSecond).toBeGreaterThan(0)
  const prefix = engine === 'onnx' ? '' : 'dense/'
  expect(result.parameters[`${prefix}kernel`]).toMatchObject({ dtype: 'float32', shape: [4, 3] })
  expect(events.map(({ type }) => type)).toEqual([
    'start',
    ...[1, 2, 3].flatMap(() => [...new Array<string>(6).fill('step'), 'epoch']),
  ])
  expect((await model.predict(one)).outputs).toEqual(before.outputs)
})

test('brings the training graph when it is first wanted, once, and trains without network after', async () => {
  const [manifest] = await repository.publish([onnxRelease('classes')])
  const file = paths.blob(manifest!.training!.graph!.file.sha256)
  const asked = async () => (await repository.requests()).filter((path) => path.includes(file)).length
  const model = await open()
  expect(await asked()).toBe(0)
  const classes = { inputs: { x }, targets: targets.map((_, i) => i % 3) }
  const first = await model.train(classes, { backends: ['wasm'] })
  expect(await asked()).toBe(1)
  await homing.close()
  for (const path of [paths.rollout('tiny'), file]) await repository.fail(path, { kind: 'reset' })
  connect()
  const again = await (await open()).train(classes, { backends: ['wasm'] })
  expect(again.curve).toEqual(first.curve)
  expect(await asked()).toBe(1)
})

test('refuses a training graph that is not the one that the manifest names', async () => {
  const [manifest] = await repository.publish([onnxRelease('classes')])
  const model = await open()
  await repository.fail(paths.blob(manifest!.training!.graph!.file.sha256), { kind: 'alter', at: 5 })
  await expect(model.train(examples)).rejects.toMatchObject({ code: 'INTEGRITY_FAILED' })
  expect(workers).toHaveLength(0)
})

test('refuses a version whose training graph was written from another graph', async () => {
  await repository.publish([onnxRelease('classes', { inference: 'f'.repeat(64) })])
  await expect(open()).rejects.toMatchObject({
    code: 'MANIFEST_INVALID',
    message: expect.stringContaining('written from another graph'),
  })
})

test('says what a version lacks that was packed without training', async () => {
  const { request } = onnxRelease('classes')
  const { training: _, ...manifest } = request.manifest
  await repository.publish([{ request: { ...request, manifest } }])
  const model = await open()
  await expect(model.train(examples)).rejects.toMatchObject({
    code: 'TRAINING_UNAVAILABLE',
    message: expect.stringContaining('homing pack --train'),
  })
})

test('refuses bad examples by what is wrong with them', async () => {
  await repository.publish([onnxRelease('classes', { pipeline })])
  const model = await open()
  const refused = [
    [{ inputs: { x }, targets: ['cow'] }, 'TARGETS_INVALID'],
    [{ inputs: { x }, targets: [(() => 1) as never] }, 'TARGETS_INVALID'],
    [{ inputs: { x: floats([1, 2, 3], [1, 3]) }, targets: [0] }, 'INPUT_SHAPE'],
    [{ inputs: null as never, targets: [0] }, 'INPUT_NAME'],
    [null as never, 'INPUT_NAME'],
  ] as const
  for (const [bad, code] of refused) await expect(model.train(bad)).rejects.toMatchObject({ code })
  const parameters = { kernel: () => 1 } as never
  await expect(model.train(examples, { parameters })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  await expect(model.train(examples, { backends: 'wasm' as never })).rejects.toMatchObject({
    name: 'HomingError',
  })
})

test('a run that diverges says at which step, and gives the last good parameters', async () => {
  await repository.publish([onnxRelease('squares')])
  const model = await open()
  const events: TrainingEvent[] = []
  const run = model.train(
    { inputs: { x }, targets: floats(new Array<number>(count * 3).fill(0.5), [count, 3]) },
    { learningRate: 1e30, backends: ['wasm'], onEvent: (event) => void events.push(event) },
  )
  await expect(run).rejects.toMatchObject({ code: 'TRAINING_DIVERGED', details: { step: 2 } })
  expect(events.at(-1)).toMatchObject({ type: 'diverged', step: 2 })
})

test('an abort ends the worker at once, and predictions go on', async () => {
  await repository.publish([onnxRelease('classes', { pipeline })])
  const model = await open()
  const serving = await workerCount()
  const stop = new AbortController()
  const steps: number[] = []
  const run = model.train(examples, {
    epochs: 100_000,
    backends: ['wasm'],
    signal: stop.signal,
    onEvent(event) {
      if (event.type !== 'step') return
      steps.push(event.step)
      if (event.step === 5) stop.abort()
    },
  })
  await expect(run).rejects.toMatchObject({ code: 'ABORTED' })
  await model.predict({ x: floats([1, 0, 0, 0], [1, 4]) })
  expect(steps).toEqual([1, 2, 3, 4, 5])
  await untilWorkers(serving)
  const aborted = model.train(examples, { signal: AbortSignal.abort() })
  await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
})

test('a training worker may die without touching what serves', async () => {
  await repository.publish([onnxRelease('classes', { pipeline })])
  const model = await open()
  const run = model.train(examples, {
    epochs: 100_000,
    backends: ['wasm'],
    onEvent: ({ type }) => {
      if (type === 'start') workers[0]!.terminate()
    },
  })
  await expect(run).rejects.toMatchObject({ code: 'WORKER_LOST' })
  expect((await model.predict({ x: floats([1, 0, 0, 0], [1, 4]) })).version).toBe('1.0.0')
  expect((await model.train(examples, { backends: ['wasm'] })).steps).toBeGreaterThan(0)
})

test.each(['train', 'explain'] as const)(
  'closing the model ends %s() whose graph is on its way',
  async (call) => {
    const { request, training } = onnxRelease('classes', { pipeline })
    const explanation = explainedDense().explanation
    const { explanation: section } = explainedDense().manifest
    const manifest = { ...request.manifest, explanation: section! }
    const [published] = await repository.publish([
      { request: { ...request, manifest }, training: training!, explanation },
    ])
    const model = await open()
    const file = call === 'train' ? published!.training!.graph!.file : published!.explanation!.graph
    await repository.fail(paths.blob(file.sha256), { kind: 'hang' })
    const run = call === 'train' ? model.train(examples) : model.explain({ x: floats([1, 0, 0, 0], [1, 4]) })
    const refused = expect(run).rejects.toMatchObject({ code: 'CLOSED' })
    while (!(await repository.requests()).some((path) => path.includes(file.sha256)))
      await new Promise((resolve) => setTimeout(resolve, 10))
    await model.close()
    await refused
  },
)

test('two runs at once are alike, and go on with their version when another takes over', async () => {
  await repository.publish([onnxRelease('classes', { pipeline })])
  const model = await open()
  let switched: Promise<void> | undefined
  const onEvent = ({ type }: TrainingEvent): void => {
    if (type !== 'start') return
    switched ??= repository
      .publish([onnxRelease('classes', { pipeline, version: '1.1.0' })])
      .then(() => homing.check())
  }
  const how = { backends: ['wasm'] as const, epochs: 300, onEvent }
  const [one, other] = await Promise.all([model.train(examples, how), model.train(examples, how)])
  await switched
  expect(other.curve).toEqual(one.curve)
  expect([one.version, other.version, model.status.version]).toEqual(['1.0.0', '1.0.0', '1.1.0'])
  expect((await model.train(examples, { backends: ['wasm'] })).version).toBe('1.1.0')
})

test('trains also while the host is brought back', async () => {
  await homing.close()
  const hosts: Worker[] = []
  const host = (): Worker => {
    hosts.push(new Worker(new URL('./host-worker.ts', import.meta.url), { type: 'module' }))
    return hosts.at(-1)!
  }
  connect({ workers: { host } })
  await repository.publish([onnxRelease('classes', { pipeline })])
  const model = await open()
  hosts[0]!.terminate()
  expect((await model.train(examples, { backends: ['wasm'] })).version).toBe('1.0.0')
  expect(hosts).toHaveLength(2)
})

test.each(['model', 'client'] as const)('closing the %s ends its training', async (which) => {
  await repository.publish([onnxRelease('classes', { pipeline })])
  const model = await open()
  const onEvent = ({ type }: TrainingEvent): void => {
    if (type === 'start') void (which === 'model' ? model : homing).close()
  }
  const run = model.train(examples, { epochs: 100_000, backends: ['wasm'], onEvent })
  await expect(run).rejects.toMatchObject({ code: 'CLOSED' })
  await expect(model.train(examples)).rejects.toMatchObject({ code: 'CLOSED' })
})

test('a listener that throws is told of and breaks no training', async () => {
  await repository.publish([onnxRelease('classes', { pipeline })])
  const model = await open()
  const told: unknown[] = []
  const listen = (event: ErrorEvent): void => {
    event.preventDefault()
    told.push(event.error)
  }
  addEventListener('error', listen)
  const onEvent = ({ type }: TrainingEvent): void => {
    if (type === 'start') throw new RangeError('mine')
  }
  expect((await model.train(examples, { backends: ['wasm'], onEvent })).steps).toBeGreaterThan(0)
  removeEventListener('error', listen)
  expect(told).toEqual([new RangeError('mine')])
})
