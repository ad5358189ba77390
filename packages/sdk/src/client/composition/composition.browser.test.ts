import type { Guards, Next, Pipeline, Tensor } from '@homing/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type BrowserRepository, startBrowserRepository } from '../../../test/browser-repository.ts'
import { denseExpected, denseOnnxRequest, floats, tinyGraphRequest } from '../../../test/tiny-packages.ts'
import type { LoadRequest } from '../../runtime/runtime-api.ts'
import type { Homing, Model } from '../api.ts'
import { createClient } from '../create-client.ts'
import type { ClientOptions, ModelOptions } from '../options-api.ts'
import type { RemoteAnswer, RemoteCall } from '../remote-hook.ts'

let repository: BrowserRepository
/** One client for all tests: what takes time is starting its engine. */
let homing: Homing
let remote: (call: RemoteCall) => RemoteAnswer | Promise<RemoteAnswer>

beforeAll(async () => {
  repository = await startBrowserRepository()
  const { url, root } = repository
  homing = createClient({
    repository: url,
    root,
    app: 'test',
    pollInterval: 0,
    storage: 'memory',
    remote: (call) => remote(call),
  })
  for (const request of models()) await repository.publish([{ request }])
})
afterAll(async () => {
  await homing.close()
  await repository.stop()
})
const open = (name: string, options: ModelOptions = {}): Promise<Model> =>
  homing.model(name, { backends: ['wasm'], updates: 'latest', ...options })
const numbers = (tensor: Tensor | undefined): number[] => Array.from(tensor!.data, Number)

const labels = ['a', 'b', 'c']
const scores = { kind: 'classification', tensor: 'y', activation: 'softmax', labels } as const
const pipeline: Pipeline = { inputs: [], outputs: [{ ...scores, labels }] }
interface Parts {
  readonly bias?: number
  readonly next?: Next
  readonly guards?: Guards
}

/** y = x · kernel + bias, read as scores. */
const dense = (model: string, { next, guards, ...options }: Parts = {}): LoadRequest => {
  const request = denseOnnxRequest([], { model, pipeline, ...options })
  return {
    ...request,
    manifest: { ...request.manifest, ...(next ? { next } : {}), ...(guards ? { guards } : {}) },
  }
}
/** z = h times 2; in version 1.1.0 times 4. */
const tail = (model: string, version = '1.0.0', next?: Next): LoadRequest => {
  const request = tinyGraphRequest(
    {
      inputs: [{ name: 'h', dtype: 'float32', shape: ['batch', 3] }],
      outputs: [{ name: 'z', dtype: 'float32', shape: ['batch', 3] }],
      nodes: [
        { op: 'Add', inputs: ['h', 'h'], outputs: [version === '1.0.0' ? 'z' : 'twice'] },
        ...(version === '1.0.0' ? [] : [{ op: 'Add', inputs: ['twice', 'twice'], outputs: ['z'] }]),
      ],
    },
    [],
    { model, version, pipeline: { inputs: [], outputs: [{ ...scores, labels, tensor: 'z' }] } },
  )
  return { ...request, manifest: { ...request.manifest, ...(next ? { next } : {}) } }
}
const chain = (model: string): Next => ({ kind: 'chain', model, inputs: { h: 'y' } })
const fanOut = (...names: string[]): Next => ({ kind: 'fan-out', models: names })
const cascade = (below: number, model?: string): Next => ({
  kind: 'cascade',
  below,
  ...(model === undefined ? { remote: true } : { model }),
})
const support = (then: 'abstain' | 'fallback'): Guards['inputs'] => [
  { kind: 'range', input: 'x', max: 2, then },
]

const models = (): LoadRequest[] => [
  tail('tail'),
  dense('head', { next: chain('tail') }),
  dense('left', { bias: 1 }),
  dense('right', { bias: 2 }),
  dense('forked', { next: fanOut('left', 'right') }),
  dense('one', { next: fanOut('two') }),
  dense('two', { next: fanOut('three') }),
  dense('three', { next: fanOut('one') }),
  dense('orphan', { next: chain('nobody') }),
  dense('large', { bias: 3 }),
  dense('sure', { next: cascade(0.1, 'large') }),
  dense('unsure', { next: cascade(0.9, 'large') }),
  dense('lonely', { next: cascade(0.9, 'nobody') }),
  dense('asking', { next: cascade(0.9) }),
  tail('asking-tail', '1.0.0', cascade(0.999)),
  dense('asking-head', { next: chain('asking-tail') }),
  dense('counted', { guards: { inputs: support('abstain'), confidence: { least: 0.9, then: 'mark' } } }),
  dense('to-large', { guards: { inputs: support('fallback'), fallback: { kind: 'model', model: 'large' } } }),
  dense('to-remote', { guards: { inputs: support('fallback'), fallback: { kind: 'remote' } } }),
]

const ones = [1, 0, 0, 0]
const x = floats(ones, [1, 4])
const nine = [9, 0, 0, 0]
const outside = floats(nine, [1, 4])
/** Scores of -1.25, -1, -0.75: 'c' with 0.42. */
const expected = denseExpected(ones, 0)

describe('models that follow another', () => {
  test('open, run, update and close with it', async () => {
    const head = await open('head')
    const reply = await head.predict({ x })
    expect(reply.label).toBe('c')
    expect(numbers(reply.next!['tail']!.outputs['z'])).toEqual(expected.map((value) => 2 * value))

    await repository.publish([{ request: tail('tail', '1.1.0') }])
    await homing.check()
    await expect
      .poll(async () => (await head.predict({ x })).next!['tail']!.version, { timeout: 10_000 })
      .toBe('1.1.0')
    const later = await head.predict({ x })
    expect(numbers(later.next!['tail']!.outputs['z'])).toEqual(expected.map((value) => 4 * value))

    const own = await open('tail') // the app's too, from here on
    await head.close()
    expect(own.status.state.name).toBe('active')
    await own.close()
    const again = await open('head') // which opens it once more
    expect((await again.predict({ x })).next!['tail']!.version).toBe('1.1.0')
    await again.close()
  })

  test('and leave the memory for each other wake up for a call', async () => {
    const { url, root } = repository
    const tight = createClient({
      repository: url,
      root,
      app: 'test',
      pollInterval: 0,
      storage: 'memory',
      memoryBudget: 1, // one model is awake at a time
    })
    const head = await tight.model('head', { backends: ['wasm'], updates: 'latest' })
    const follower = await tight.model('tail', { backends: ['wasm'], updates: 'latest' })
    const asleep = (): (boolean | undefined)[] => [head, follower].map(({ status }) => status.memory?.asleep)
    expect(asleep()).toContain(true)
    const replies = await Promise.all([1, 2, 3].map(() => head.predict({ x })))
    for (const { outputs, next } of replies) {
      expect(numbers(outputs['y'])).toEqual(expected)
      const { version, outputs: last } = next!['tail']!
      const factor = version === '1.0.0' ? 2 : 4
      expect(numbers(last['z'])).toEqual(expected.map((value) => factor * value))
    }
    expect(asleep()).toContain(true)
    await tight.close()
  })

  test('several take one input', async () => {
    const { next } = await (await open('forked')).predict({ x })
    expect(numbers(next!['left']!.outputs['y'])).toEqual(denseExpected(ones, 1))
    expect(numbers(next!['right']!.outputs['y'])).toEqual(denseExpected(ones, 2))
  })

  test('a circle is told with its path', async () => {
    await expect(open('one')).rejects.toMatchObject({
      code: 'NEXT_INVALID',
      details: { path: ['one', 'two', 'three', 'one'] },
    })
  })

  test('a model that is not there is told with its path', async () => {
    await expect(open('orphan')).rejects.toMatchObject({
      code: 'NEXT_INVALID',
      details: { path: ['orphan', 'nobody'] },
      cause: { code: 'MODEL_UNKNOWN' },
    })
  })
})

describe('a cascade', () => {
  test('asks the larger model below its confidence alone', async () => {
    const sure = await (await open('sure')).predict({ x })
    expect(sure).not.toHaveProperty('asked')
    expect(sure.confidence).toBeCloseTo(sure.probability!, 6)

    const own = floats(ones, [1, 4])
    const unsure = await (await open('unsure')).predict({ x: own }, { transfer: true })
    const asked = { who: 'large', why: 'confidence', answered: true, first: { label: 'c' } }
    expect(unsure).toMatchObject({ asked })
    expect(numbers(unsure.outputs['y'])).toEqual(denseExpected(ones, 3))
  })

  test('without the larger model, the small one answers and tells why', async () => {
    const reply = await (await open('lonely')).predict({ x })
    expect(reply).toMatchObject({ label: 'c', asked: { answered: false, error: { code: 'MODEL_UNKNOWN' } } })
  })

  test("asks the app's hook, with what was passed", async () => {
    const calls: RemoteCall[] = []
    remote = (call) => {
      calls.push(call)
      return Promise.resolve({ label: 'from afar', probability: 0.99 })
    }
    const asking = await open('asking')
    const reply = await asking.predict({ x })
    const asked = { who: 'remote hook', answered: true }
    expect(reply).toMatchObject({ label: 'from afar', outputs: {}, asked })
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({
      model: 'asking',
      version: '1.0.0',
      inputs: { x },
      first: { label: 'c' },
    })
    await asking.close()
  })

  test('asks nobody where the app says so', async () => {
    remote = () => expect.fail('it was asked')
    const asking = await open('asking', { remote: false })
    const reply = await asking.predict({ x })
    expect(reply).toMatchObject({ label: 'c', asked: { who: 'remote hook', answered: false } })
    await asking.close()
  })

  test.each([
    ['throws', () => Promise.reject(new TypeError('offline')), 'NETWORK_FAILED'],
    ['answers nonsense', () => 'cat' as never, 'RESPONSE_UNEXPECTED'],
  ])('stands by its own answer where the hook %s', async (_, hook, code) => {
    remote = hook
    const reply = await (await open('asking')).predict({ x })
    expect(reply).toMatchObject({ label: 'c', asked: { answered: false, error: { code } } })
  })

  test('is left by an abort, which the hook hears', async () => {
    const controller = new AbortController()
    let heard: AbortSignal | undefined
    remote = ({ signal }) => {
      heard = signal
      controller.abort()
      return new Promise<never>(() => undefined)
    }
    const call = (await open('asking')).predict({ x }, { signal: controller.signal })
    await expect(call).rejects.toMatchObject({ code: 'ABORTED' })
    expect(heard?.aborted).toBe(true)
  })

  test('may follow a chain', async () => {
    remote = ({ inputs }) => ({ value: (inputs['h'] as typeof x).data[0] as number })
    const { next } = await (await open('asking-head')).predict({ x })
    expect(next!['asking-tail']).toMatchObject({ value: expected[0], asked: { answered: true } })
  })
})

describe('guards', () => {
  test('are counted in the status', async () => {
    const model = await open('counted')
    expect((await model.predict({ x })).guard?.outcome).toBe('marked')
    expect((await model.predict({ x: outside })).guard?.outcome).toBe('abstained')
    await model.predict({ x: floats([...ones, ...nine], [2, 4]) })
    const hits = { 'inputs.0': 2, confidence: 3 } // alone, a sample outside does not run
    await expect
      .poll(() => model.status.guards)
      .toEqual({ version: '1.0.0', samples: 4, abstained: 2, fallback: 0, marked: 2, hits })
    await model.close()
  })

  test('fall back to another model, or to the hook', async () => {
    const reply = await (await open('to-large')).predict({ x: outside })
    const asked = { who: 'large', why: 'guard', answered: true, first: { outputs: {} } }
    expect(reply).toMatchObject({ asked })
    expect(numbers(reply.outputs['y'])).toEqual(denseExpected(nine, 3))
    remote = () => ({ label: 'a person says' })
    expect(await (await open('to-remote')).predict({ x: outside })).toMatchObject({ label: 'a person says' })
  })

  test('keep withheld what nobody answers', async () => {
    remote = () => Promise.reject(new TypeError('offline'))
    const withheld = await (await open('to-remote')).predict({ x: outside })
    expect(withheld).toMatchObject({
      outputs: {},
      guard: { outcome: 'fallback' },
      asked: { answered: false },
    })
    expect(withheld).not.toHaveProperty('label')
  })
})

/** A client of its own, and the engine workers that it starts. */
function ownClient(options: Partial<ClientOptions> = {}): { own: Homing; workers: Worker[] } {
  const workers: Worker[] = []
  const { url, root } = repository
  const onnx = (): Worker => {
    workers.push(new Worker(new URL('../../runtime/onnx-worker.ts', import.meta.url), { type: 'module' }))
    return workers.at(-1)!
  }
  const fixed = { repository: url, root, app: 'test', pollInterval: 0, storage: 'memory' } as const
  return { own: createClient({ ...fixed, workers: { onnx }, ...options }), workers }
}

test('calls of a chain that lose their worker are made again, all models served anew', async () => {
  const { own, workers } = ownClient()
  try {
    const head = await own.model('head', { backends: ['wasm'] })
    const calls = [1, 2, 3].map(() => head.predict({ x }))
    workers[0]!.terminate()
    for (const { next } of await Promise.all(calls))
      expect(numbers(next!['tail']!.outputs['z'])).toEqual(expected.map((value) => 4 * value))
    expect(workers).toHaveLength(2)
  } finally {
    await own.close()
  }
})

test('models that have no room beside each other still run after one another', async () => {
  const { own } = ownClient({ memoryBudget: 1 })
  try {
    const head = await own.model('head', { backends: ['wasm'] })
    for (const _ of [1, 2]) {
      const { next } = await head.predict({ x })
      expect(numbers(next!['tail']!.outputs['z'])).toEqual(expected.map((value) => 4 * value))
    }
    const { next } = await (await own.model('forked', { backends: ['wasm'] })).predict({ x })
    expect(numbers(next!['left']!.outputs['y'])).toEqual(denseExpected(ones, 1))
    expect(numbers(next!['right']!.outputs['y'])).toEqual(denseExpected(ones, 2))
  } finally {
    await own.close()
  }
})
