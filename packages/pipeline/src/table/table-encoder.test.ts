import type { Feature, TableInput, TensorSpec } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { KeptEvent, PipelineContext, Row } from '../pipeline-input.ts'
import { tableEncoder } from './table-encoder.ts'

const spec: TensorSpec = { name: 'x', dtype: 'float32', shape: ['rows', 'columns'] }
const encoder = (features: Feature[], target = spec) =>
  tableEncoder(
    { kind: 'table', name: 'wine', tensor: 'x', features } satisfies TableInput,
    target,
    'inputs.0',
  )
const encode = (features: Feature[], rows: Row | Row[], context?: PipelineContext): number[] =>
  Array.from(encoder(features)(rows, context).data, Number)

const number = (name: string, more: Partial<Extract<Feature, { kind: 'number' }>> = {}): Feature => ({
  kind: 'number',
  name,
  ...more,
})
const colour = (more: Partial<Extract<Feature, { kind: 'category' }>> = {}): Feature => ({
  kind: 'category',
  name: 'colour',
  categories: ['red', 'white', 'rosé'],
  encode: 'one-hot',
  unseen: 'refuse',
  ...more,
})

function failure(act: () => unknown): { code: string; details: Record<string, unknown> } {
  try {
    act()
  } catch (error) {
    return error as { code: string; details: Record<string, unknown> }
  }
  throw new Error('it did not fail')
}

describe('numbers', () => {
  test('columns come in the order of the features, one row or many', () => {
    const features = [number('a'), number('b')]
    expect(encoder(features)({ b: 2, a: 1 })).toEqual({
      dtype: 'float32',
      shape: [1, 2],
      data: Float32Array.of(1, 2),
    })
    expect(
      encoder(features)([
        { a: 1, b: 2 },
        { a: 3, b: 4 },
      ]),
    ).toEqual({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) })
  })

  test('missing values are imputed, then standardised', () => {
    const feature = number('a', { impute: 6, standardise: { mean: 2, std: 4 } })
    for (const row of [{}, { a: null }, { a: undefined }, { a: NaN }])
      expect(encode([feature], row)).toEqual([1])
  })

  test('standardising is undone by value * std + mean', () => {
    const real = fc.float({ min: -1000, max: 1000, noNaN: true })
    const std = fc.float({ min: Math.fround(0.01), max: 100, noNaN: true })
    fc.assert(
      fc.property(real, real, std, (value, mean, deviation) => {
        const [column] = encode([number('a', { standardise: { mean, std: deviation } })], { a: value })
        expect(Math.abs(column! * deviation + mean - value)).toBeLessThan(1e-3)
      }),
    )
  })
})

describe('categories', () => {
  test('one-hot rows sum to 1 for any known word', () => {
    const words = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(words, fc.nat(), (categories, pick) => {
        const position = pick % categories.length
        const columns = encode([colour({ categories })], { colour: categories[position]! })
        expect(columns).toHaveLength(categories.length)
        expect(columns.indexOf(1)).toBe(position)
        expect(columns.reduce((sum, value) => sum + value, 0)).toBe(1)
      }),
    )
  })

  test.each<['one-hot' | 'index', 'zeros' | 'other', number[]]>([
    ['one-hot', 'zeros', [0, 0, 0]],
    ['one-hot', 'other', [0, 0, 0, 1]],
    ['index', 'zeros', [-1]],
    ['index', 'other', [3]],
  ])('an unseen word as %s with %s', (encoding, unseen, expected) => {
    expect(encode([colour({ encode: encoding, unseen })], { colour: 'orange' })).toEqual(expected)
  })

  test('a known word as index, and a missing one imputed', () => {
    expect(encode([colour({ encode: 'index' })], { colour: 'rosé' })).toEqual([2])
    expect(encode([colour({ encode: 'index', impute: 'white' })], {})).toEqual([1])
  })
})

describe('windows', () => {
  const events: KeptEvent[] = [
    { time: 3_000, fields: { ms: 4 } },
    { time: 1_000, fields: { ms: 2 } },
    { time: 9_000, fields: { ms: 6 } },
    { time: 9_500, fields: { other: 1 } },
    { time: 11_000, fields: { ms: 100 } },
  ]
  const context = { now: 10_000, events: (event: string) => (event === 'tap' ? events : []) }
  const window = (
    aggregate: 'count' | 'sum' | 'mean' | 'min' | 'max' | 'last',
    seconds = 9,
    event = 'tap',
  ): Feature => ({
    kind: 'window',
    name: 'recent',
    event,
    field: 'ms',
    aggregate,
    seconds,
  })

  test.each([
    ['count' as const, 3],
    ['sum' as const, 12],
    ['mean' as const, 4],
    ['min' as const, 2],
    ['max' as const, 6],
    ['last' as const, 6],
  ])('%s over the last nine seconds, whatever their order', (aggregate, expected) => {
    expect(encode([window(aggregate)], {}, context)).toEqual([expected])
  })

  test('events before the window do not count, nor those after now', () => {
    expect(encode([window('count', 2)], {}, context)).toEqual([1])
    expect(
      encode([{ kind: 'window', name: 'taps', event: 'tap', aggregate: 'count', seconds: 2 }], {}, context),
    ).toEqual([2])
  })

  test('of nothing: count and sum are 0, a mean is missing', () => {
    expect(encode([window('count', 9, 'none')], {}, context)).toEqual([0])
    expect(encode([window('sum', 9, 'none')], {}, context)).toEqual([0])
    expect(encode([{ ...window('mean', 9, 'none'), impute: 7 } as Feature], {}, context)).toEqual([7])
    expect(failure(() => encode([window('mean', 9, 'none')], {}, context))).toMatchObject({
      code: 'INPUT_VALUE',
      details: { check: 'missing' },
    })
    expect(failure(() => encode([window('count')], {}))).toMatchObject({
      code: 'INPUT_VALUE',
      details: { check: 'missing' },
    })
  })

  test('a row may give the aggregate itself', () => {
    expect(encode([window('mean')], { recent: 42 }, context)).toEqual([42])
  })
})

describe('bad rows', () => {
  const checked = [
    number('a', {
      checks: [
        { kind: 'range', min: 0, max: 14 },
        { kind: 'greater-than', feature: 'b' },
      ],
    }),
    number('b'),
  ]
  const plate = colour({
    categories: ['AB-12'],
    unseen: 'zeros',
    checks: [{ kind: 'pattern', pattern: '[A-Z]{2}-\\d+|ü' }],
  })
  const one = (feature: Feature) => [feature]

  test.each<[string, Feature[], unknown, string, Record<string, unknown>]>([
    ['no object', checked, 'row', 'INPUT_DTYPE', { row: 0 }],
    ['an array', checked, [[1, 2]], 'INPUT_DTYPE', { row: 0 }],
    ['no rows', checked, [], 'INPUT_SHAPE', {}],
    ['an unknown feature', checked, { a: 2, b: 1, c: 3 }, 'INPUT_NAME', { feature: 'c', row: 0 }],
    ['a missing feature', checked, [{ a: 2, b: 1 }, { a: 2 }], 'INPUT_NAME', { feature: 'b', row: 1 }],
    ['an inherited name', one(number('constructor')), {}, 'INPUT_NAME', { feature: 'constructor' }],
    [
      'null without impute',
      checked,
      { a: null, b: 1 },
      'INPUT_VALUE',
      { feature: 'a', row: 0, check: 'missing' },
    ],
    [
      'NaN without impute',
      checked,
      { a: NaN, b: 1 },
      'INPUT_VALUE',
      { feature: 'a', row: 0, check: 'missing' },
    ],
    ['infinity', checked, { a: 1, b: -Infinity }, 'INPUT_VALUE', { feature: 'b', row: 0, check: 'finite' }],
    [
      'more than a float32 holds',
      checked,
      { a: 1, b: -1e300 },
      'INPUT_VALUE',
      { feature: 'b', row: 0, check: 'finite' },
    ],
    ['a string for a number', checked, { a: '2', b: 1 }, 'INPUT_DTYPE', { feature: 'a', row: 0 }],
    ['a number for a word', one(colour()), { colour: 1 }, 'INPUT_DTYPE', { feature: 'colour', row: 0 }],
    ['below the range', checked, { a: -1, b: -2 }, 'INPUT_VALUE', { feature: 'a', row: 0, check: 'range' }],
    ['above the range', checked, { a: 15, b: 1 }, 'INPUT_VALUE', { feature: 'a', row: 0, check: 'range' }],
    ['not greater', checked, { a: 1, b: 1 }, 'INPUT_VALUE', { feature: 'a', row: 0, check: 'greater-than' }],
    [
      'an unknown word',
      one(colour()),
      { colour: 'orange' },
      'INPUT_VALUE',
      { feature: 'colour', row: 0, check: 'category' },
    ],
    [
      'only part of the pattern',
      one(plate),
      { colour: 'xAB-12' },
      'INPUT_VALUE',
      { feature: 'colour', row: 0, check: 'pattern' },
    ],
    [
      'too long for a pattern',
      one(plate),
      { colour: `AB-${'1'.repeat(2000)}` },
      'INPUT_VALUE',
      { check: 'pattern' },
    ],
    [
      'outside the set',
      one(number('a', { checks: [{ kind: 'set', values: [1, 2] }] })),
      { a: 3 },
      'INPUT_VALUE',
      { check: 'set' },
    ],
  ])('%s', (_, features, rows, code, details) => {
    expect(failure(() => encode(features, rows as Row))).toMatchObject({ code, details })
  })

  test('a pattern matches the whole value, alternatives included', () => {
    expect(encode([plate], [{ colour: 'AB-12' }, { colour: 'ü' }])).toEqual([1, 0])
    expect(failure(() => encode([plate], { colour: 'AB-12ü' }))).toMatchObject({ code: 'INPUT_VALUE' })
  })

  test('imputed values are not checked', () => {
    expect(encode([number('a', { impute: -1, checks: [{ kind: 'range', min: 0 }] })], {})).toEqual([-1])
  })
})

describe('bad pipelines', () => {
  test.each<[string, Feature[], TensorSpec]>([
    ['a feature named twice', [number('a'), number('a')], spec],
    ['a category listed twice', [colour({ categories: ['red', 'red'] })], spec],
    ['an imputed word that is no category', [colour({ impute: 'orange' })], spec],
    ['a malformed pattern', [colour({ checks: [{ kind: 'pattern', pattern: 'a)(b' }] })], spec],
    ['a pattern on a number', [number('a', { checks: [{ kind: 'pattern', pattern: 'a' }] })], spec],
    ['a range on a word', [colour({ checks: [{ kind: 'range', min: 0 }] })], spec],
    ['an empty range', [number('a', { checks: [{ kind: 'range', min: 2, max: 1 }] })], spec],
    ['words in the set of a number', [number('a', { checks: [{ kind: 'set', values: ['one'] }] })], spec],
    ['a comparison with nothing', [number('a', { checks: [{ kind: 'greater-than', feature: 'b' }] })], spec],
    [
      'a mean of no field',
      [{ kind: 'window', name: 'w', event: 'tap', aggregate: 'mean', seconds: 1 }],
      spec,
    ],
    ['another number of columns', [number('a')], { ...spec, shape: ['n', 2] }],
    ['another rank', [number('a')], { ...spec, shape: [1] }],
    ['another dtype', [number('a')], { ...spec, dtype: 'int64' }],
  ])('%s', (_, features, target) => {
    expect(failure(() => encoder(features, target))).toMatchObject({ code: 'PIPELINE_INVALID' })
  })
})
