import type { SampleReading } from '@homing/pipeline'
import { compilePipeline } from '@homing/pipeline'
import {
  type FeatureSummary,
  FeatureSummarySchema,
  OutputSummarySchema,
  type Pipeline,
  type Tensor,
} from '@homing/protocol'
import { estimateTruth, responseChances } from '@homing/stats'
import fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'

import { bitsFrom } from '../random/random-bits.ts'
import { seededRandom } from '../random/seeded-random.ts'
import { type Collected, createCollector } from './collector.ts'
import type { MeasuredManifest } from './measured-features.ts'

const pipeline: Pipeline = {
  inputs: [
    {
      kind: 'table',
      name: 'row',
      tensor: 'x',
      features: [
        {
          kind: 'number',
          name: 'age',
          impute: 40,
          standardise: { mean: 40, std: 10 },
          checks: [{ kind: 'range', min: 0 }],
        },
        {
          kind: 'category',
          name: 'colour',
          categories: ['red', 'green'],
          encode: 'one-hot',
          unseen: 'other',
        },
        { kind: 'category', name: 'size', categories: ['s', 'm'], encode: 'index', unseen: 'zeros' },
      ],
    },
  ],
  outputs: [{ kind: 'classification', tensor: 'y', activation: 'none', labels: ['cat', 'dog'] }],
}
const manifest: MeasuredManifest = {
  signature: {
    inputs: [{ name: 'x', dtype: 'float32', shape: ['n', 5] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['n', 2] }],
  },
  pipeline,
}
const compiled = compilePipeline(pipeline, manifest.signature)
const seeded = (seed: number) => {
  const random = seededRandom(seed)
  return bitsFrom(() => Math.floor(random() * 2 ** 32))
}
type Row = Record<string, number | string | null | undefined>

const answer = (
  ...labels: ('cat' | 'dog')[]
): { samples: readonly SampleReading[]; outputs: Record<string, Tensor> } => {
  const y: Tensor = {
    dtype: 'float32',
    shape: [labels.length, 2],
    data: Float32Array.from(labels.flatMap((label) => (label === 'cat' ? [0.75, 0.25] : [0.25, 0.75]))),
  }
  return { samples: compiled.decode({ y }), outputs: { y } }
}
const call = (...rows: Row[]) => ({ inputs: { row: rows }, tensors: compiled.encode({ row: rows }) })
const valid = (collected: Collected | undefined): Collected => {
  const { features = {}, outputs = {} } = collected!
  for (const summary of Object.values({ ...features.raw, ...features.processed }))
    v.parse(FeatureSummarySchema, summary)
  for (const summary of Object.values(outputs)) v.parse(OutputSummarySchema, summary)
  return collected!
}
const histogramOf = (summary: FeatureSummary | undefined): number[] =>
  summary?.kind === 'numeric' ? summary.histogram! : []

test('features are told as given and as the model got them, and labels as it gave them', () => {
  const collector = createCollector(manifest)
  collector.add({
    ...call({ age: 50, colour: 'red', size: 'm' }, { age: null, colour: 'blue', size: 'xl' }),
    answer: answer('cat', 'dog'),
  })
  const { features, outputs } = valid(collector.take())
  expect(features!.raw).toMatchObject({
    age: { count: 2, missing: 1, moments: { count: 1, mean: 50 } },
    colour: { count: 2, unseen: 1, categories: { counts: { red: 1 }, other: 1 } },
    size: { count: 2, unseen: 1, categories: { counts: { m: 1 }, other: 1 } },
  })
  expect(features!.processed).toMatchObject({
    age: { count: 2, missing: 0, moments: { count: 2, mean: 0.5 } },
    colour: { count: 2, unseen: 1, categories: { counts: { red: 1 } } },
    size: { count: 2, unseen: 1, categories: { counts: { m: 1 } } },
  })
  expect(outputs!['y']).toMatchObject({
    kind: 'classes',
    count: 2,
    labels: { counts: { cat: 1, dog: 1 } },
    run: { label: 'cat', length: 1 },
  })
  expect(collector.take()).toBeUndefined()
})

test('a run of one label goes on over hand-overs', () => {
  const collector = createCollector(manifest)
  for (let round = 1; round <= 3; round++) {
    collector.add({ answer: answer('dog', 'dog') })
    expect(valid(collector.take()).outputs!['y']).toMatchObject({ run: { label: 'dog', length: 2 * round } })
  }
})

test('rows that the pipeline refuses are measured as they were given', () => {
  const collector = createCollector(manifest)
  collector.add({ inputs: { row: { age: 'old', colour: 7, size: Infinity } as never } })
  collector.add({ inputs: { row: { age: -1, colour: 'red' } }, failed: 'age' })
  collector.add({ inputs: { row: [null, 'row', 3] as never } })
  collector.add({ inputs: {} })
  const { raw, processed } = valid(collector.take()).features!
  expect(processed).toBeUndefined()
  expect(raw).toMatchObject({
    age: { count: 5, mismatched: 1, failed: 1, missing: 3 },
    colour: { count: 5, mismatched: 1, missing: 3 },
    size: { count: 5, mismatched: 1, missing: 4 },
  })
})

test('whatever rows hold, what is told of them keeps the bounds', () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.double(),
    fc.string(),
    fc.constantFrom(NaN, Infinity, 1e300, -0),
  )
  const rows = fc.array(fc.dictionary(fc.constantFrom('age', 'colour', 'size', '__proto__'), anything), {
    maxLength: 5,
  })
  fc.assert(
    fc.property(rows, (given) => {
      const collector = createCollector(manifest)
      collector.add({ inputs: { row: given as never } })
      const taken = collector.take()
      if (given.length === 0) expect(taken).toBeUndefined()
      else expect(valid(taken).features!.raw!['age']!.count).toBe(given.length)
    }),
  )
})

test('a million words leave no more behind than a few, and none by its name', () => {
  const open: MeasuredManifest = {
    ...manifest,
    telemetry: { features: [{ kind: 'category', name: 'colour', input: 'row' }] },
  }
  const collector = createCollector(open)
  for (let word = 0; word < 20_000; word++) collector.add({ inputs: { row: { colour: `w${word}` } } })
  const { raw } = valid(collector.take()).features!
  expect(raw).toMatchObject({
    colour: { count: 20_000, unseen: 20_000, categories: { counts: {}, other: 20_000 } },
  })
})

test('images are told by brightness and contrast, strings by length, tensors by mean and deviation', () => {
  const collector = createCollector({
    signature: {
      inputs: [
        { name: 'pixels', dtype: 'float32', shape: [1, 1, 2, 2] },
        { name: 'text', dtype: 'string', shape: ['n'] },
        { name: 'v', dtype: 'float32', shape: ['n', 2] },
        { name: 'ids', dtype: 'int64', shape: [2] },
      ],
      outputs: [],
    },
    pipeline: {
      inputs: [{ kind: 'image', name: 'image', tensor: 'pixels', layout: 'nchw', steps: [] }],
      outputs: [],
    },
  })
  const inputs = {
    image: { width: 2, height: 1, data: Uint8ClampedArray.of(0, 0, 0, 255, 255, 255, 255, 255) },
    text: { dtype: 'string' as const, shape: [2], data: ['ab', 'abcd'] },
    v: { dtype: 'float32' as const, shape: [2, 2], data: Float32Array.of(1, 3, 5, 9) },
    ids: { dtype: 'int64' as const, shape: [2], data: BigInt64Array.of(2n, 4n) },
  }
  collector.add({ inputs })
  const { raw } = valid(collector.take()).features!
  const means = Object.entries(raw!).map(([name, summary]) => [
    name,
    (summary as { moments: { mean: number } }).moments.mean,
  ])
  expect(Object.fromEntries(means)).toEqual({
    'image.brightness': 0.5,
    'image.contrast': 0.5,
    'text.length': 3,
    'v.mean': 4.5,
    'v.deviation': 1.5,
    'ids.mean': 3,
    'ids.deviation': 1,
  })
})

test('what was moved away, or is of another kind than declared, is not measured', () => {
  const tensor = { dtype: 'float32' as const, shape: [1, 5], data: new Float32Array(5) }
  structuredClone(tensor.data, { transfer: [tensor.data.buffer] })
  const collector = createCollector(manifest)
  collector.add({ inputs: { row: tensor }, tensors: { x: tensor } })
  expect(collector.take()).toBeUndefined()
})

test('embeddings are told by their projections, rankings by what they put first', () => {
  const collector = createCollector({
    signature: {
      inputs: [],
      outputs: [
        { name: 'e', dtype: 'float32', shape: ['n', 8] },
        { name: 'r', dtype: 'float32', shape: ['n', 3] },
      ],
    },
    telemetry: {
      outputs: [
        { kind: 'embedding', name: 'e', seed: 7, dimensions: 4 },
        { kind: 'ranking', name: 'r', items: ['a', 'b', 'c'] },
      ],
    },
  })
  const outputs: Record<string, Tensor> = {
    e: {
      dtype: 'float32',
      shape: [2, 8],
      data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, NaN, 0, 0, 0, 0, 0, 0, 0),
    },
    r: { dtype: 'float32', shape: [2, 3], data: Float32Array.of(0, 5, 1, 0, 1, 2) },
  }
  collector.add({ answer: { samples: [], outputs } })
  expect(valid(collector.take()).outputs).toMatchObject({
    e: { kind: 'embedding', count: 2, nonFinite: 1, projection: { count: 1 } },
    r: { kind: 'ranking', count: 2, first: { counts: { b: 1, c: 1 } } },
  })
})

test('disguised, only what randomised response hides is told, and the truth is found in many of it', () => {
  const edges = [10, 20]
  const features = [
    { kind: 'numeric', name: 'age', input: 'row', edges },
    { kind: 'category', name: 'colour', input: 'row' },
  ]
  const epsilon = Math.log(3)
  const collector = createCollector(
    { ...manifest, telemetry: { features } },
    { epsilon, events: true },
    seeded(1),
  )
  const total = 10_000
  for (let at = 0; at < total; at++)
    collector.add({
      inputs: { row: { age: at % 4 === 0 ? 15 : 99, colour: 'red' } },
      answer: answer(at % 5 ? 'cat' : 'dog'),
    })
  const { features: told, outputs, correlation } = valid(collector.take())
  expect(correlation).toBeUndefined()
  expect(told!.raw!['age']).not.toHaveProperty('moments')
  expect(told!.raw!['age']).not.toHaveProperty('quantiles')
  expect(outputs!['y']).not.toHaveProperty('scores')
  expect(outputs!['y']).not.toHaveProperty('run')
  const [, middle] = estimateTruth(histogramOf(told!.raw!['age']), responseChances(epsilon, 3))
  expect(Math.abs(middle! - total / 4)).toBeLessThan(500)
  const { labels, none } = outputs!['y'] as { labels: { counts: Record<string, number> }; none: number }
  const reports = [labels.counts['cat']!, labels.counts['dog']!, none]
  const [cats] = estimateTruth(reports, responseChances(epsilon, 3))
  expect(Math.abs(cats! - total * 0.8)).toBeLessThan(500)
})

test('events tell declared fields alone, of as many predictions as the manifest says', () => {
  const events = { fields: ['age', 'colour', 'y', 'y.probability'], rate: 0.5, keep: 24 }
  const declared = { ...manifest, telemetry: { events } }
  const silent = createCollector(declared, {}, seeded(1))
  const collector = createCollector(declared, { events: true }, seeded(1))
  for (const each of [silent, collector])
    for (let at = 0; at < 40; at++)
      each.add({ ...call({ age: 50, colour: 'mauve', size: 'm' }), answer: answer('cat') })
  expect(silent.take()).not.toHaveProperty('events')
  const taken = collector.take()!.events!
  expect(taken.length).toBeGreaterThan(10)
  expect(taken.length).toBeLessThan(30)
  for (const event of taken) expect(event).toEqual({ age: 50, y: 'cat', 'y.probability': 0.75 })
})

test('a malformed section is refused', () => {
  expect(() => createCollector({ ...manifest, telemetry: { features: [{ kind: 'guess' }] } })).toThrow(
    /telemetry section/,
  )
})
