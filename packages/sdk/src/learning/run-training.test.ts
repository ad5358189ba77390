import type { Manifest, Pipeline } from '@homing/protocol'
import { HomingError } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { floats } from '../../test/tiny-packages.ts'
import { type FixtureName, onnxTraining, tfjsTraining } from '../../test/tiny-training.ts'
import { exampleOrder } from './example-order.ts'
import { runTraining, type TrainingWatch } from './run-training.ts'
import { seededRandom } from '../random/seeded-random.ts'
import { takeRows } from './take-rows.ts'
import type { TrainerLibrary } from './trainer.ts'
import { onnxTrainers } from './trainers/onnx-trainer.ts'
import { tfjsTrainers } from './trainers/tfjs-trainer.ts'
import type { ExampleValues, TrainingEvent, TrainingSettings } from './training-api.ts'

const onnx = onnxTrainers({ threads: 1 })
const tfjs = tfjsTrainers({})

/** Ten milliseconds pass at every look, so that the run hears its surroundings now and then. */
const platform = () => {
  let time = 0
  return { now: () => (time += 10), nextTask: () => Promise.resolve() }
}

/** Examples whose class is where their largest feature stands. */
function examples(count: number): ExampleValues {
  const x = floats(
    Array.from({ length: count * 4 }, (_, i) => (i % 4 === Math.floor(i / 4) % 3 ? 1 : Math.sin(i) / 4)),
    [count, 4],
  )
  return { inputs: { x }, targets: Array.from({ length: count }, (_, i) => i % 3) }
}

const train = (
  given: ExampleValues,
  settings: TrainingSettings = {},
  watch: TrainingWatch = {},
  {
    library = onnx,
    name = 'classes',
    manifest = (kept) => kept,
  }: { library?: TrainerLibrary; name?: FixtureName; manifest?: (manifest: Manifest) => Manifest } = {},
) => {
  const files = library.engine === 'onnx' ? onnxTraining(name) : tfjsTraining(name)
  const backends = settings.backends ?? (library.engine === 'onnx' ? ['wasm'] : ['cpu'])
  const request = {
    files: { ...files, manifest: manifest(files.manifest) },
    examples: given,
    settings: { ...settings, backends },
  } as const
  return runTraining(library, request, platform(), watch)
}

describe('a run of training', () => {
  it('lowers the loss, tells every step and epoch, and gives the trained tensors', async () => {
    const events: TrainingEvent[] = []
    const result = await train(examples(20), { epochs: 3 }, { onEvent: (event) => void events.push(event) })
    expect(result).toMatchObject({
      engine: 'onnx',
      backend: 'wasm',
      fallbacks: [],
      steps: 15,
      epochs: 3,
      engineVersion: expect.stringMatching(/^\d+\.\d+/),
    })
    expect(Object.keys(result.parameters)).toEqual(['kernel', 'bias'])
    expect(result.curve.map(({ step }) => step)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1))
    expect(result.curve.at(-1)!.loss).toBeLessThan(result.curve[0]!.loss / 2)
    expect(events[0]).toMatchObject({ type: 'start', steps: 15, examples: 20, backend: 'wasm' })
    expect(events.filter(({ type }) => type === 'step')).toMatchObject(result.curve)
    const epochs = events.filter((event) => event.type === 'epoch')
    expect(epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 5],
      [2, 10],
      [3, 15],
    ])
    const mean = result.curve.slice(0, 5).reduce((sum, { loss }) => sum + loss, 0) / 5
    expect(epochs[0]!.loss).toBeCloseTo(mean, 6)
    expect(epochs[0]!.metrics['accuracy']).toBeLessThanOrEqual(1)
    for (const event of events) if (event.type === 'step') expect(event.examplesPerSecond).toBeGreaterThan(0)
  })

  it('is the same for the same seed, on both engines, and another for another', async () => {
    const [a, b, other, tfjsRun] = await Promise.all([
      train(examples(10), { seed: 7 }),
      train(examples(10), { seed: 7 }),
      train(examples(10), { seed: 8 }),
      train(examples(10), { seed: 7 }, {}, { library: tfjs }),
    ])
    expect(b.curve).toEqual(a.curve)
    expect(b.parameters).toEqual(a.parameters)
    expect(other.curve).not.toEqual(a.curve)
    a.curve.forEach(({ loss }, step) => expect(tfjsRun.curve[step]!.loss).toBeCloseTo(loss, 4))
  })

  it('goes on from the parameters of an earlier run', async () => {
    const first = await train(examples(12), { epochs: 5 })
    const next = await train(examples(12), { parameters: first.parameters })
    expect(next.curve[0]!.loss).toBeLessThan(first.curve[0]!.loss / 2)
  })

  it.each([1, 3, 4, 5, 11])('takes %i examples, however many make a batch', async (count) => {
    const { steps, curve } = await train(examples(count), { epochs: 2 })
    expect(steps).toBe(Math.max(1, Math.floor((2 * count) / 4)))
    expect(Math.max(...curve.map(({ epoch }) => epoch))).toBeLessThanOrEqual(2)
  })

  it('ends between two steps when it is aborted', async () => {
    const stop = new AbortController()
    const seen: number[] = []
    const onEvent = (event: TrainingEvent): void => {
      if (event.type === 'step') seen.push(event.step)
      if (event.type === 'step' && event.step === 3) stop.abort()
    }
    const run = train(examples(20), {}, { signal: stop.signal, onEvent })
    await expect(run).rejects.toMatchObject({ code: 'ABORTED' })
    expect(seen).toEqual([1, 2, 3])
    await expect(train(examples(20), {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    })
  })

  it('stops when the loss is not finite: says where, and gives the last good parameters', async () => {
    const events: TrainingEvent[] = []
    const values = floats(
      Array.from({ length: 24 }, (_, i) => (i % 5) / 5),
      [8, 3],
    )
    const given = { ...examples(8), targets: values }
    const run = train(
      given,
      { learningRate: 1e30 },
      { onEvent: (e) => void events.push(e) },
      { name: 'squares' },
    )
    const error = await run.catch((thrown: unknown) => thrown as HomingError)
    expect(error).toMatchObject({ code: 'TRAINING_DIVERGED', details: { step: 2 } })
    expect((error as HomingError).details['losses']).toHaveLength(2)
    const last = events.at(-1)!
    expect(last).toMatchObject({ type: 'diverged', step: 2 })
    if (last.type !== 'diverged') return
    const packaged = new Float32Array(onnxTraining('squares').parameters.buffer)
    expect(last.parameters['bias']!.data).toEqual(packaged.slice(12))
  })

  it.each([onnx, tfjs])('says so as well of tensors that the last step made infinite', async (library) => {
    const events: TrainingEvent[] = []
    const onEvent = (event: TrainingEvent): void => void events.push(event)
    const run = train(examples(4), { epochs: 1, learningRate: 1e39 }, { onEvent }, { library })
    await expect(run).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: expect.stringMatching(/^Tensor ".*kernel" is not finite after step 1/),
      details: { step: 1, losses: [expect.any(Number)] },
    })
    const last = events.at(-1)!
    expect(last).toMatchObject({ type: 'diverged', step: 1 })
    if (last.type !== 'diverged') return
    const packaged = new Float32Array(onnxTraining('classes').parameters.buffer)
    const [kernel, bias] = Object.values(last.parameters)
    expect([...(kernel!.data as Float32Array), ...(bias!.data as Float32Array)]).toEqual([...packaged])
  })

  it('is aborted also during its last step', async () => {
    const stop = new AbortController()
    const run = train(examples(4), { epochs: 1 }, { signal: stop.signal, onEvent: () => void stop.abort() })
    await expect(run).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('backends', () => {
  it('falls to the next where none starts or makes a step, and says why', async () => {
    const broken: TrainerLibrary = {
      ...onnx,
      async open(backend, files) {
        const trainer = await onnx.open('wasm', files)
        const error = new HomingError('OPERATOR_UNSUPPORTED', 'no way back')
        return backend === 'wasm' ? trainer : { ...trainer, step: () => Promise.reject(error) }
      },
    }
    const result = await train(examples(4), { backends: ['webgpu', 'wasm'] }, {}, { library: broken })
    expect(result).toMatchObject({
      backend: 'wasm',
      fallbacks: [{ backend: 'webgpu', stage: 'run', code: 'OPERATOR_UNSUPPORTED', reason: 'no way back' }],
    })
    await expect(train(examples(4), { backends: ['webgpu'] })).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringContaining('webgpu: '),
      details: { backends: [{ backend: 'webgpu', stage: 'start' }] },
    })
    await expect(train(examples(4), { backends: ['cpu'] })).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
    })
  })
})

it('gives what it has trained also where the trainer cannot be released', async () => {
  const clinging: TrainerLibrary = {
    ...onnx,
    open: async (...how) => ({
      ...(await onnx.open(...how)),
      release: () => Promise.reject(new Error('not released')),
    }),
  }
  const { steps, version } = await train(examples(4), { epochs: 1 }, {}, { library: clinging })
  expect([steps, version]).toEqual([1, '1.0.0'])
})

describe('bad input is refused before the first step', () => {
  const pipeline: Pipeline = {
    inputs: [],
    outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels: ['cat', 'dog', 'fox'] }],
  }
  const labelled = { manifest: (manifest: Manifest) => ({ ...manifest, pipeline }) }
  const { inputs } = examples(3)
  const rows = (values: number[], shape = [3, 3]) => floats(values, shape)

  it.each<[string, FixtureName, ExampleValues['targets'], RegExp]>([
    ['a class that is too large', 'classes', [0, 3, 1], /example 1 must be a class from 0 to 2/],
    ['a negative class', 'classes', [0, 1, -1], /example 2/],
    ['no number', 'classes', [0, NaN, 1], /example 1/],
    ['half a class', 'classes', [0.5, 1, 1], /example 0/],
    ['an unknown label', 'classes', ['cat', 'cow', 'fox'], /labels cat, dog, fox; it is "cow"/],
    ['too few', 'classes', [0, 1], /targets of 3 examples/],
    ['no list', 'classes', 'cat' as never, /targets/],
    ['nothing', 'classes', undefined as never, /targets/],
    ['another dtype', 'classes', rows([0, 1, 2], [3]), /must be int32, and is float32/],
    [
      'a class out of range in a tensor',
      'classes',
      { dtype: 'int32', shape: [3], data: Int32Array.of(0, 1, 3) },
      /example 2/,
    ],
    [
      'another shape',
      'classes',
      { dtype: 'int32', shape: [3, 1], data: Int32Array.of(0, 1, 2) },
      /shape \[3\]/,
    ],
    [
      'too little data',
      'classes',
      { dtype: 'int32', shape: [3], data: Int32Array.of(0, 1) },
      /needs 3 values/,
    ],
    ['a share above 1', 'logits', rows([0, 1, 0, 1, 0, 1, 0, 1, 1.5]), /example 2 must be from 0 to 1/],
    ['a share below 0', 'shares', rows([-0.1, 1, 0, 1, 0, 1, 0, 1, 1]), /example 0 must be from 0 to 1/],
    ['infinity', 'squares', rows([0, 1, 0, Infinity, 0, 1, 0, 1, 1]), /example 1 must be a finite number/],
    ['one number for three outputs', 'squares', [1, 2, 3], /3 targets: pass them as a tensor of \[3, 3\]/],
    ['a label that is no class', 'shares', ['cat', 'dog', 'cow'], /cow/],
  ])('targets: %s', async (_, name, targets, message) => {
    const run = train({ inputs, targets }, {}, {}, { name, ...labelled })
    await expect(run).rejects.toMatchObject({
      code: 'TARGETS_INVALID',
      message: expect.stringMatching(message),
    })
  })

  it('takes labels by name, as classes or as shares', async () => {
    for (const name of ['classes', 'shares'] as const) {
      const targets = ['cat', 'dog', 'fox']
      const [named, counted] = await Promise.all([
        train({ inputs, targets }, {}, {}, { name, ...labelled }),
        train({ inputs, targets: [0, 1, 2] }, {}, {}, { name, ...labelled }),
      ])
      expect(named.curve).toEqual(counted.curve)
    }
  })

  it('takes whole numbers for a loss of the publisher’s own', async () => {
    const manifest = (kept: Manifest): Manifest => {
      const { classes: _, ...free } = kept.training!.targets
      const recipe = { ...kept.training!.recipe, loss: { kind: 'graph' } as const }
      return { ...kept, training: { ...kept.training!, recipe, targets: free } }
    }
    const own = await train({ inputs, targets: [0, 1, 2] }, {}, {}, { manifest })
    expect(own.curve).toEqual((await train({ inputs, targets: [0, 1, 2] })).curve)
    for (const targets of [
      [0, 0.5, 2],
      [0, 1, 2 ** 31],
      ['cat', 'cow', 'dog'],
    ]) {
      const refused = train({ inputs, targets }, {}, {}, { manifest })
      await expect(refused).rejects.toMatchObject({
        code: 'TARGETS_INVALID',
        details: { example: expect.any(Number) },
      })
    }
  })

  it.each<[string, ExampleValues['inputs'], string]>([
    ['another name', { other: floats([1, 2, 3, 4], [1, 4]) }, 'INPUT_NAME'],
    ['another shape', { x: floats([1, 2, 3], [1, 3]) }, 'INPUT_SHAPE'],
    ['no examples', { x: floats([], [0, 4]) }, 'INPUT_SHAPE'],
    ['another dtype', { x: { dtype: 'int32', shape: [1, 4], data: new Int32Array(4) } }, 'INPUT_DTYPE'],
    ['no finite numbers', { x: floats([1, 2, NaN, 4], [1, 4]) }, 'INPUT_VALUE'],
  ])('inputs: %s', async (_, wrong, code) => {
    await expect(train({ inputs: wrong, targets: [0] })).rejects.toMatchObject({ code })
  })

  it.each<[string, TrainingSettings]>([
    ['no epochs', { epochs: 0 }],
    ['half an epoch', { epochs: 0.5 }],
    ['a rate of 0', { learningRate: 0 }],
    ['a rate that is no number', { learningRate: NaN }],
    ['a seed that is no whole number', { seed: 0.5 }],
  ])('settings: %s', async (_, settings) => {
    await expect(train(examples(4), settings)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('a package without a training section', async () => {
    const manifest = ({ training: _, ...plain }: Manifest): Manifest => plain
    await expect(train(examples(4), {}, {}, { manifest })).rejects.toMatchObject({
      code: 'TRAINING_UNAVAILABLE',
    })
  })
})

describe('the order of examples', () => {
  it('goes over all of them again and again, each time in another order', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 16 }),
        (seed, count, batch) => {
          const next = exampleOrder(seededRandom(seed), count, batch)
          const stream = Array.from({ length: Math.ceil((3 * count) / batch) }, () => [...next()]).flat()
          for (let epoch = 0; epoch < 3; epoch++)
            expect(new Set(stream.slice(epoch * count, (epoch + 1) * count)).size).toBe(count)
        },
      ),
    )
  })

  it('takes rows of any tensor', () => {
    const rows = takeRows(floats([1, 2, 3, 4, 5, 6], [3, 2]), Uint32Array.of(2, 0, 2))
    expect(rows).toEqual(floats([5, 6, 1, 2, 5, 6], [3, 2]))
    const words = takeRows({ dtype: 'string', shape: [2], data: ['a', 'b'] }, Uint32Array.of(1))
    expect(words).toEqual({ dtype: 'string', shape: [1], data: ['b'] })
  })

  it('draws numbers from 0 to below 1, evenly', () => {
    const random = seededRandom(3)
    const drawn = Array.from({ length: 10_000 }, random)
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...drawn)).toBeLessThan(1)
    expect(drawn.reduce((sum, value) => sum + value, 0) / drawn.length).toBeCloseTo(0.5, 1)
  })
})
