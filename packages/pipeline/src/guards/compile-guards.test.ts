import type { Guards, Next, Pipeline, Signature, Tensor } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { compilePipeline } from '../compile-pipeline.ts'
import type { PipelineInput } from '../pipeline-input.ts'
import { compileGuards } from './compile-guards.ts'

const signature: Signature = {
  inputs: [
    { name: 'facts', dtype: 'float32', shape: ['n', 5] },
    { name: 'pixels', dtype: 'float32', shape: ['n', 4] },
    { name: 'words', dtype: 'string', shape: [2] },
  ],
  outputs: [
    { name: 'scores', dtype: 'float32', shape: ['n', 3] },
    { name: 'low', dtype: 'float32', shape: ['n', 1] },
    { name: 'high', dtype: 'float32', shape: ['n', 1] },
  ],
}
const standardise = { mean: 40, std: 12.5 }
const pipeline: Pipeline = {
  inputs: [
    {
      kind: 'table',
      name: 'person',
      tensor: 'facts',
      features: [
        { kind: 'number', name: 'age', standardise, impute: 40 },
        { kind: 'category', name: 'colour', categories: ['red', 'blue'], encode: 'one-hot', unseen: 'other' },
        { kind: 'window', name: 'visits', event: 'visit', aggregate: 'count', seconds: 60 },
      ],
    },
  ],
  outputs: [
    { kind: 'classification', tensor: 'scores', activation: 'softmax', labels: ['a', 'b', 'c'] },
    { kind: 'regression', tensor: 'low', scale: 10, offset: 1, min: 0, max: 50 },
  ],
}
const compile = (guards: Guards, next?: Next) =>
  compileGuards({ guards, pipeline, signature, ...(next ? { next } : {}) })
const { encode } = compilePipeline(pipeline, signature)
const floats = (shape: number[], ...data: number[]): Tensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
})
const words: Tensor = { dtype: 'string', shape: [2], data: ['x', 'y'] }
const pixels = floats([1, 4], 0, 0, 0, 0)
const context = { now: 10_000, events: () => [{ time: 9_000, fields: {} }] }

const inputHits = (guards: Guards['inputs'], given: Record<string, PipelineInput>) => {
  const all = { pixels, words, person: { age: 30, colour: 'red' }, ...given }
  const passed = 'facts' in given ? { pixels, words, ...given } : all
  return compile({ inputs: guards! }).inputs(passed, encode(passed, context), context)
}
const outputHits = (guards: Omit<Guards, 'inputs'>, outputs: Record<string, Tensor>) =>
  compile(guards).outputs(outputs)

describe('support of inputs', () => {
  const age = {
    kind: 'range' as const,
    input: 'person',
    feature: 'age',
    min: 18,
    max: 90,
    then: 'mark' as const,
  }

  test('a range is checked on the value that was given, and names the guard, the sample and the value', () => {
    const rows = [18, 90, 17.9, 91, null].map((value) => ({ age: value, colour: 'red' }))
    expect(inputHits([age], { person: rows })).toEqual([
      { guard: 'inputs.0', then: 'mark', sample: 2, found: 17.9 },
      { guard: 'inputs.0', then: 'mark', sample: 3, found: 91 },
    ])
  })

  test('a set of words, and of numbers', () => {
    const colour = {
      kind: 'set' as const,
      input: 'person',
      feature: 'colour',
      values: ['red'],
      then: 'abstain' as const,
    }
    expect(inputHits([colour], { person: { age: 1, colour: 'blue' } })).toMatchObject([{ found: 'blue' }])
    expect(inputHits([colour], { person: { age: 1, colour: 'red' } })).toEqual([])
    const ages = { ...age, kind: 'set' as const, values: [20, 30] }
    expect(inputHits([ages], { person: { age: 25, colour: 'red' } })).toMatchObject([{ found: 25 }])
  })

  test('a window is counted as the pipeline counts it', () => {
    const visits = {
      kind: 'range' as const,
      input: 'person',
      feature: 'visits',
      min: 2,
      then: 'mark' as const,
    }
    expect(inputHits([visits], {})).toMatchObject([{ found: 1 }])
    expect(inputHits([visits], { person: { age: 1, colour: 'red', visits: 2 } })).toEqual([])
  })

  test('of a tensor passed for a table, its columns are read back', () => {
    const row = (years: number, ...rest: number[]) =>
      floats([1, 5], (years - standardise.mean) / standardise.std, ...rest)
    const colour = {
      kind: 'set' as const,
      input: 'facts',
      feature: 'colour',
      values: ['blue'],
      then: 'mark' as const,
    }
    expect(inputHits([age, colour], { facts: row(20, 0, 1, 0, 1) })).toEqual([])
    expect(inputHits([age, colour], { facts: row(10, 0, 0, 1, 1) })).toMatchObject([
      { guard: 'inputs.0' },
      { guard: 'inputs.1' },
    ])
  })

  test('what lies inside is never objected to, as a value or as a column, and what lies well outside always', () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(finite, finite, finite, (a, b, value) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)]
        const guard = { ...age, min, max }
        const given = { age: value, colour: 'red' }
        const facts = encode({ person: given, pixels, words }, context)['facts']!
        const [asValue, asColumn] = [inputHits([guard], { person: given }), inputHits([guard], { facts })]
        const inside = value >= min && value <= max
        expect(asValue.length).toBe(inside ? 0 : 1)
        if (inside) expect(asColumn).toEqual([])
        if (value < min - 1 || value > max + 1) expect(asColumn).toHaveLength(1)
      }),
    )
  })

  test.each<[string, Partial<{ of: 'each' | 'mean' | 'deviation'; min: number; max: number }>, number[]]>([
    ['each number', { max: 3 }, [1]],
    ['their mean', { of: 'mean', max: 1.4 }, [1]],
    ['their deviation, which tells a blank image', { of: 'deviation', min: 0.1 }, [0]],
  ])('a range of a tensor is of %s', (_, range, samples) => {
    const guard = { kind: 'range' as const, input: 'pixels', ...range, then: 'mark' as const }
    const two = floats([2, 4], 1, 1, 1, 1, 0, 1, 1, 4)
    const person = { age: 20, colour: 'red' }
    expect(inputHits([guard], { pixels: two, person: [person, person] }).map(({ sample }) => sample)).toEqual(
      samples,
    )
  })

  test('words of a tensor without samples concern the whole call', () => {
    const guard = { kind: 'set' as const, input: 'words', values: ['x'], then: 'abstain' as const }
    expect(inputHits([guard], {})).toEqual([{ guard: 'inputs.0', then: 'abstain', found: 'y' }])
  })
})

describe('confidence and outputs', () => {
  const quiet = { low: floats([1, 1], 1), high: floats([1, 1], 2) }
  const scores = floats([2, 3], Math.log(8), 0, 0, 0, 0, 0)

  test('a sample below the least confidence is told with it', () => {
    const [hit, ...others] = outputHits({ confidence: { least: 0.5, then: 'abstain' } }, { ...quiet, scores })
    expect(hit).toMatchObject({ guard: 'confidence', then: 'abstain', sample: 1 })
    expect(hit!.found).toBeCloseTo(1 / 3, 12)
    expect(others).toEqual([])
  })

  test('temperature softens: at 3, odds of 8 become odds of 2', () => {
    const { confidence } = compile({ confidence: { least: 0, temperature: 3, then: 'mark' } })
    expect(confidence!({ scores })[0]).toBeCloseTo(0.5, 6)
    const cascade = compile({}, { kind: 'cascade', below: 0.5, model: 'large' })
    expect(cascade.confidence!({ scores })[0]).toBeCloseTo(0.8, 6)
  })

  test('confidence is what the pipeline tells as the probability, and falls with the temperature', () => {
    const score = fc.float({ min: -50, max: 50, noNaN: true })
    fc.assert(
      fc.property(
        fc.tuple(score, score, score),
        fc.double({ min: 1, max: 20, noNaN: true }),
        (own, temperature) => {
          const outputs = { ...quiet, scores: floats([1, 3], ...own) }
          const sure = (t: number) =>
            compile({ confidence: { least: 0, temperature: t, then: 'mark' } }).confidence!(outputs)[0]!
          expect(sure(1)).toBeCloseTo(
            compilePipeline(pipeline, signature).decode(outputs)[0]!.probability!,
            9,
          )
          expect(sure(temperature)).toBeLessThanOrEqual(sure(1) + 1e-9)
          expect(sure(temperature)).toBeGreaterThanOrEqual(1 / 3 - 1e-9)
        },
      ),
    )
  })

  test.each<[string, NonNullable<Guards['outputs']>[number], number[]]>([
    ['margin', { kind: 'margin', output: 'scores', least: 0.5, then: 'mark' }, [1]],
    ['entropy', { kind: 'entropy', output: 'scores', most: 0.9, then: 'mark' }, [1]],
    ['labels', { kind: 'labels', output: 'scores', labels: ['b'], then: 'mark' }, [0, 1]],
    ['range', { kind: 'range', output: 'scores', max: 1, then: 'mark' }, [0]],
    ['range of a reading', { kind: 'range', output: 'low', max: 30, then: 'mark' }, [1]],
    ['order', { kind: 'order', output: 'low', atMost: 'high', then: 'mark' }, [1]],
    ['finite', { kind: 'finite', output: 'high', then: 'mark' }, [1]],
  ])('%s', (_, guard, samples) => {
    const outputs = { scores, low: floats([2, 1], 1, 4), high: floats([2, 1], 1, NaN) }
    expect(outputHits({ outputs: [guard] }, outputs).map(({ sample }) => sample)).toEqual(samples)
  })

  test('NaN keeps no guard', () => {
    const nothing = { ...quiet, scores: floats([1, 3], NaN, NaN, NaN) }
    const guards: Guards = {
      confidence: { least: 0, then: 'mark' },
      outputs: [
        { kind: 'margin', output: 'scores', least: 0, then: 'mark' },
        { kind: 'entropy', output: 'scores', most: 1, then: 'mark' },
        { kind: 'labels', output: 'scores', labels: ['a', 'b', 'c'], then: 'mark' },
        { kind: 'range', output: 'scores', min: -1e9, then: 'mark' },
      ],
    }
    expect(outputHits(guards, nothing)).toHaveLength(5)
  })

  test('labels that are told one by one are as sure as the least sure of them', () => {
    const sigmoid = compileGuards({
      guards: { confidence: { least: 0.5, then: 'mark' } },
      signature,
      pipeline: { ...pipeline, outputs: [{ ...pipeline.outputs[0]!, activation: 'sigmoid' } as never] },
    })
    expect(sigmoid.confidence!({ scores: floats([1, 3], 100, -100, Math.log(3)) })[0]).toBeCloseTo(0.75, 6)
  })
})

describe('guards that do not fit are refused with their place', () => {
  const age = { kind: 'range' as const, input: 'person', feature: 'age', min: 0, then: 'mark' as const }
  test.each<[string, Guards]>([
    ['guards.inputs.0.feature', { inputs: [{ ...age, feature: 'height' }] }],
    ['guards.inputs.0.feature', { inputs: [{ ...age, input: 'pixels' }] }],
    ['guards.inputs.0.input', { inputs: [{ kind: 'range', input: 'nothing', min: 0, then: 'mark' }] }],
    ['guards.inputs.0', { inputs: [{ ...age, feature: 'colour' }] }],
    ['guards.inputs.0', { inputs: [{ ...age, min: undefined }] }],
    ['guards.inputs.0', { inputs: [{ ...age, min: 2, max: 1 }] }],
    ['guards.inputs.0.of', { inputs: [{ ...age, of: 'mean' }] }],
    ['guards.inputs.0.values', { inputs: [{ ...age, kind: 'set', values: ['old'] }] }],
    ['guards.inputs.0.values', { inputs: [{ kind: 'set', input: 'words', values: [1], then: 'mark' }] }],
    ['guards.inputs.0', { inputs: [{ kind: 'range', input: 'words', min: 1, then: 'mark' }] }],
    ['guards.confidence', { confidence: { output: 'low', least: 0.5, then: 'mark' } }],
    ['guards.outputs.0.output', { outputs: [{ kind: 'finite', output: 'nothing', then: 'mark' }] }],
    ['guards.outputs.0.output', { outputs: [{ kind: 'margin', output: 'low', least: 0, then: 'mark' }] }],
    [
      'guards.outputs.0.labels',
      { outputs: [{ kind: 'labels', output: 'scores', labels: ['z'], then: 'mark' }] },
    ],
    ['guards.outputs.0.atMost', { outputs: [{ kind: 'order', output: 'low', atMost: 'low', then: 'mark' }] }],
    ['guards.outputs.0', { outputs: [{ kind: 'range', output: 'low', then: 'mark' }] }],
  ])('%s', (path, guards) => {
    expect(() => compile(guards)).toThrow(
      expect.objectContaining({ code: 'PIPELINE_INVALID', details: { path } }),
    )
  })

  test('a cascade without a classification', () => {
    const cascade: Next = { kind: 'cascade', below: 0.5, remote: true }
    expect(() => compileGuards({ signature, next: cascade })).toThrow(
      expect.objectContaining({ code: 'PIPELINE_INVALID', details: { path: 'next' } }),
    )
  })
})
