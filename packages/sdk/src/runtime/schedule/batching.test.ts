import { beforeEach, describe, expect, it } from 'vitest'

import { denseExpected, denseOnnxRequest, floats, tinyGraphRequest } from '../../../test/tiny-packages.ts'
import type { TinyGraph } from '../../../test/tiny-onnx.ts'
import { firstPredictions, maxBypasses } from '../config.ts'
import type { InferenceEngine, Tensors } from '../engine.ts'
import { onnxEngine } from '../engines/onnx-engine.ts'
import { createRuntime } from '../runtime.ts'
import type { BackendFault, LoadRequest, PredictReply, PredictRequest, RuntimeApi } from '../runtime-api.ts'

const library = onnxEngine({ threads: 1 })

/** onnxruntime-web, counting the samples of each run; `before` may throw in its stead. */
function counted(runs: number[], before: (inputs: Tensors) => void = () => undefined): InferenceEngine {
  return {
    ...library,
    async start(backend) {
      const started = await library.start(backend)
      return {
        ...started,
        async load(...files) {
          const session = await started.load(...files)
          return {
            ...session,
            async run(inputs) {
              runs.push(Object.values(inputs)[0]!.shape[0]!)
              before(inputs)
              return session.run(inputs)
            },
          }
        },
      }
    },
  }
}

let runs: number[]
let runtime: RuntimeApi
beforeEach(() => {
  runs = []
  runtime = createRuntime(counted(runs))
})

const serve = async (request: LoadRequest, on = runtime): Promise<number> => {
  const { instance } = await on.load(request)
  await on.activate(request.manifest.model, instance)
  runs.length = 0
  return instance
}
type How = Omit<PredictRequest, 'inputs' | 'now'>
const ask = (x: readonly number[], how: How = {}, on = runtime): Promise<PredictReply> =>
  on.predict('tiny', { inputs: { x: floats(x, [x.length / 4, 4]) }, now: 0, ...how })
const row = (seed: number): number[] => [seed, seed / 2, -seed, 1 / (seed + 1)]
const many = (count: number, how: How = {}): Promise<PredictReply>[] =>
  Array.from({ length: count }, (_, seed) => ask(row(seed), how))
const valuesOf = ({ outputs }: PredictReply): number[] => [...(outputs['y']!.data as Float32Array)]
const expectRow = (reply: PredictReply, seed: number, bias = 0): void =>
  valuesOf(reply).forEach((value, k) => expect(value).toBeCloseTo(denseExpected(row(seed), bias)[k]!, 3))
/** Has the runtime find out that samples may share a run. */
const prove = async (on = runtime): Promise<void> => {
  await Promise.all([ask(row(1), {}, on), ask(row(2), {}, on), ask(row(3), {}, on)])
  runs.length = 0
}

describe('calls that wait for each other', () => {
  it('share a run, after two of them came out of one as they do alone; each gets its own answer', async () => {
    await serve(denseOnnxRequest(['wasm'], { bias: 1 }))
    const replies = await Promise.all(many(9))
    replies.forEach((reply, seed) => expectRow(reply, seed, 1))
    expect(runs).toEqual([1, 1, 2, 7])
    expect(replies.map(({ batch }) => batch)).toEqual([undefined, undefined, 7, 7, 7, 7, 7, 7, 7])
    expect(replies.every(({ outputs }) => outputs['y']!.shape[0] === 1)).toBe(true)
    await runtime.close('tiny')
  })

  it('share it up to the most that is allowed, in order, calls of several samples too', async () => {
    await serve(denseOnnxRequest(['wasm']))
    await prove()
    const order: number[] = []
    const calls = [
      ...many(5, { batch: { maxSize: 4 } }),
      ask([...row(1), ...row(2), ...row(3)], { batch: { maxSize: 4 } }),
    ]
    await Promise.all(calls.map((call, index) => call.then(() => order.push(index))))
    expect(runs).toEqual([4, 4])
    expect(order).toEqual([0, 1, 2, 3, 4, 5])
    expect(valuesOf(await calls[5]!)).toHaveLength(9)
    await runtime.close('tiny')
  })

  it('run alone where the app says so, the model has no samples, or the first call is as large as a run may be', async () => {
    await serve(denseOnnxRequest(['wasm']))
    await prove()
    await Promise.all(many(3, { batch: false }))
    expect(runs).toEqual([1, 1, 1])
    runs.length = 0
    await Promise.all([ask(row(1)), ask(Array.from({ length: 70 }, () => row(2)).flat()), ask(row(3))])
    expect(runs).toEqual([1, 70, 1])
    await runtime.close('tiny')
    const fixed: TinyGraph = {
      inputs: [{ name: 'x', dtype: 'float32', shape: [1, 4] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1, 4] }],
      nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    }
    await serve(tinyGraphRequest(fixed, ['wasm']))
    await Promise.all(many(4))
    expect(runs).toEqual([1, 1, 1, 1])
    await runtime.close('tiny')
  })

  it('run alone for ever where samples of one run change each other', async () => {
    const mixing: TinyGraph = {
      inputs: [{ name: 'x', dtype: 'float32', shape: ['steps', 4] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: ['steps', 4] }],
      nodes: [{ op: 'Softmax', inputs: ['x'], outputs: ['y'], attributes: { axis: 0 } }],
    }
    await serve(tinyGraphRequest(mixing, ['wasm']))
    const replies = await Promise.all(many(8))
    expect(runs).toEqual([1, 1, 2, 1, 1, 1, 1, 1, 1])
    for (const reply of replies) expect(valuesOf(reply)).toEqual([1, 1, 1, 1])
    await runtime.close('tiny')
  })

  it('with other sizes in other dimensions each share a run with their like', async () => {
    const wide: TinyGraph = {
      inputs: [{ name: 'x', dtype: 'float32', shape: ['n', 'width'] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: ['n', 'width'] }],
      nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }],
    }
    await serve(tinyGraphRequest(wide, ['wasm']))
    const call = (x: readonly number[]): Promise<PredictReply> =>
      runtime.predict('tiny', { inputs: { x: floats(x, [1, x.length]) }, now: 0 })
    await Promise.all([call([1]), call([2]), call([3])])
    runs.length = 0
    const replies = await Promise.all([
      call([0]),
      call([1]),
      call([2, 3]),
      call([4]),
      call([5, 6]),
      call([7]),
    ])
    expect(replies.map(valuesOf)).toEqual([[-0], [-1], [-2, -3], [-4], [-5, -6], [-7]])
    expect(runs).toEqual([4, 2])
    await runtime.close('tiny')
  })
})

describe('what fails in a shared run', () => {
  const gather: TinyGraph = {
    inputs: [{ name: 'index', dtype: 'int64', shape: ['n'] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['n'] }],
    nodes: [
      { op: 'ConstantOfShape', inputs: ['size'], outputs: ['table'] },
      { op: 'Gather', inputs: ['table', 'index'], outputs: ['y'] },
    ],
  }
  const table: TinyGraph = {
    ...gather,
    nodes: [
      { op: 'Constant', inputs: [], outputs: ['size'], attributes: { value_ints: [4] } },
      ...gather.nodes,
    ],
  }
  const at = (index: number, on = runtime): Promise<PredictReply> =>
    on.predict('tiny', {
      inputs: { index: { dtype: 'int64', shape: [1], data: BigInt64Array.of(BigInt(index)) } },
      now: 0,
    })

  it('one bad input is refused by itself', async () => {
    await serve(denseOnnxRequest(['wasm']))
    await prove()
    const ends = await Promise.allSettled([
      ask(row(0)),
      ask(row(1)),
      ask([1, NaN, 3, 4]),
      ask([1, 2, 3]),
      ask(row(2)),
    ])
    expect(ends.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ])
    expect(ends[2]).toMatchObject({ reason: { code: 'INPUT_VALUE' } })
    expect(ends[3]).toMatchObject({ reason: { code: 'INPUT_SHAPE' } })
    expect(runs).toEqual([3])
    await runtime.close('tiny')
  })

  it('a value that the model cannot take fails alone, the others are answered', async () => {
    await serve(tinyGraphRequest(table, ['wasm']))
    for (let call = 0; call < firstPredictions; call++) await at(call % 4)
    await Promise.all([at(0), at(1), at(2)])
    runs.length = 0
    const ends = await Promise.allSettled([at(0), at(1), at(9), at(2), at(3)])
    expect(ends.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    expect(ends[2]).toMatchObject({ reason: { code: 'ENGINE_FAILED' } })
    // Five as one, which fails; then each by itself, and zeros after the one that failed.
    expect(runs).toEqual([5, 1, 1, 1, 1, 1, 1])
    await runtime.close('tiny')
  })

  it('among the first predictions that failure is in doubt, and the other calls wait behind it', async () => {
    const faults: BackendFault[] = []
    await runtime.onFault((fault) => faults.push(fault))
    await serve(tinyGraphRequest(table, ['wasm']))
    const calls = Promise.allSettled([at(0), at(1), at(2), at(9), at(3)])
    await expect.poll(() => faults.length).toBe(1)
    expect(faults[0]).toMatchObject({ doubt: true, error: { code: 'ENGINE_FAILED' } })
    await runtime.giveUp('tiny', faults[0]!.error)
    const ends = await calls
    expect(ends.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(faults).toHaveLength(1)
    await runtime.close('tiny')
  })

  it('a backend that breaks under a shared run is told once; every call is repeated on what is served instead', async () => {
    let broken = false
    const breaking = createRuntime(
      counted(runs, (inputs) => {
        if (Object.values(inputs)[0]!.shape[0]! > 2) broken = true
        if (broken) throw new Error('The device is lost.')
      }),
    )
    const faults: BackendFault[] = []
    await breaking.onFault((fault) => {
      faults.push(fault)
      broken = false
      void serve(denseOnnxRequest(['wasm'], { bias: 2, version: '1.1.0' }), breaking)
    })
    await serve(denseOnnxRequest(['wasm'], { bias: 1 }), breaking)
    await prove(breaking)
    const replies = await Promise.all(Array.from({ length: 6 }, (_, seed) => ask(row(seed), {}, breaking)))
    replies.forEach((reply, seed) => {
      expect(reply.version).toBe('1.1.0')
      expectRow(reply, seed, 2)
    })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatchObject({ doubt: false, instance: 1 })
    await breaking.close('tiny')
  })
})

describe('switching', () => {
  it('falls between two runs: none mixed, none lost, in order', async () => {
    await serve(denseOnnxRequest(['wasm'], { bias: 1 }))
    const next = await runtime.load(denseOnnxRequest(['wasm'], { bias: 2, version: '1.1.0' }))
    const order: number[] = []
    const replies = await Promise.all(
      many(200).map(async (call, seed) => {
        const reply = await call
        order.push(seed)
        if (seed === 80) await runtime.activate('tiny', next.instance)
        return reply
      }),
    )
    expect(order).toEqual(Array.from({ length: 200 }, (_, seed) => seed))
    const first = replies.findIndex(({ version }) => version === '1.1.0')
    expect(first).toBeGreaterThan(80)
    replies.forEach((reply, seed) => {
      expect(reply.version).toBe(seed < first ? '1.0.0' : '1.1.0')
      expectRow(reply, seed, seed < first ? 1 : 2)
    })
    await runtime.close('tiny')
  })
})

describe('the line', () => {
  it('lets interactive calls go first, and background calls have a turn all the same', async () => {
    await serve(denseOnnxRequest(['wasm']))
    const order: string[] = []
    const call = (name: string, how: How): Promise<unknown> => ask(row(1), how).then(() => order.push(name))
    const alone = { batch: false } as const
    const background = [1, 2].map((n) => call(`background ${n}`, { ...alone, priority: 'background' }))
    const interactive = Array.from({ length: maxBypasses + 2 }, (_, n) => call(`interactive ${n}`, alone))
    await Promise.all([...background, ...interactive])
    expect(order.indexOf('background 1')).toBe(maxBypasses)
    expect(order.slice(-1)).toEqual(['background 2'])
    await runtime.close('tiny')
  })

  it('never shares a run between both, nor with a call that is latency-critical', async () => {
    await serve(denseOnnxRequest(['wasm']))
    await prove()
    await Promise.all([
      ...many(2, { priority: 'background' }),
      ...many(2),
      ask(row(1), { batch: false }),
      ...many(3),
    ])
    expect(runs).toEqual([2, 1, 3, 2])
    await runtime.close('tiny')
  })

  it('refuses a call whose turn comes after its deadline, and never runs it', async () => {
    await serve(denseOnnxRequest(['wasm']))
    await prove()
    const late = ask(row(1), { expires: Date.now() - 1 })
    const calls = Promise.all([ask(row(2)), ask(row(3), { expires: Date.now() + 60_000 })])
    await expect(late).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
    await calls
    expect(runs).toEqual([2])
    await runtime.close('tiny')
  })

  it('waits for company only while calls flow, and no longer than it may', async () => {
    await serve(denseOnnxRequest(['wasm']))
    await prove()
    const patient = { batch: { maxSize: 2, maxWait: 60_000 } }
    await ask(row(1), patient) // finds the engine idle
    const first = many(3, patient) // two fill a run; the third waits for a fourth
    await Promise.all(first.slice(0, 2))
    expect(runs).toEqual([1, 2])
    await Promise.all([first[2], ask(row(4), patient)])
    expect(runs).toEqual([1, 2, 2])
    const impatient = many(3, { batch: { maxSize: 2, maxWait: 1 } })
    await Promise.all(impatient)
    expect(runs).toEqual([1, 2, 2, 2, 1])
    await runtime.close('tiny')
  })

  it('drops what was aborted, also in the middle of a shared run, and goes on', async () => {
    await serve(denseOnnxRequest(['wasm']))
    await prove()
    const abort = new AbortController()
    const calls = Array.from({ length: 6 }, (_, seed) =>
      runtime.predict(
        'tiny',
        { inputs: { x: floats(row(seed), [1, 4]) }, now: 0 },
        seed % 2 ? abort.signal : undefined,
      ),
    )
    await Promise.resolve() // they run
    abort.abort()
    const ends = await Promise.allSettled(calls)
    expect(ends.map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, false, true, false])
    await runtime.close('tiny')
  })
})
