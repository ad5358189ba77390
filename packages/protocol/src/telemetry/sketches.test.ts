import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { maxClasses, maxQuantileBins } from './sketch-limits.ts'
import {
  CalibrationSchema,
  CategoriesSchema,
  ConfusionSchema,
  HistogramSchema,
  LongestRunSchema,
  MomentsSchema,
  ProjectionSchema,
  QuantileSketchSchema,
  RegressionSchema,
  ScoresSchema,
} from './sketches.ts'
import { CorrelationSchema } from './telemetry-group.ts'

const correlation = { features: ['a', 'b'], count: 3, means: [1, 2], products: [2, 1, 4] }
const moments = { count: 2, mean: 1.5, m2: 0.5, min: 1, max: 2 }

/** A good value of each sketch, and what a hostile or broken sender might make of it. */
const cases: readonly [string, v.GenericSchema, good: unknown, bad: Readonly<Record<string, unknown>>][] = [
  [
    'moments',
    MomentsSchema,
    moments,
    {
      'a negative count': { ...moments, count: -1 },
      'half a value': { ...moments, count: 1.5 },
      NaN: { ...moments, mean: NaN },
      infinity: { ...moments, max: Infinity },
      'a value too large to be squared': { ...moments, max: 1e200 },
      'a negative spread': { ...moments, m2: -1 },
      'extremes the wrong way round': { ...moments, min: 3 },
      'a mean outside the extremes': { ...moments, mean: 1e9 },
      'a spread of one value': { ...moments, count: 1 },
      'a field too many': { ...moments, email: 'someone' },
      'a field too few': { count: 1 },
    },
  ],
  [
    'quantiles',
    QuantileSketchSchema,
    { level: 1, negative: [-3, 1], positive: [231, 4, 1, 2], zero: 1, nan: 2, infinite: 3 },
    {
      'a bin without its count': { positive: [1, 2, 3] },
      'bins out of order': { positive: [5, 1, -2, 1] },
      'a bin twice': { positive: [5, 1, 0, 1] },
      'an empty bin': { positive: [5, 0] },
      'a negative count': { positive: [5, -1] },
      'a count beyond all bounds': { positive: [5, 2 ** 60] },
      'half a bin': { positive: [0.5, 1] },
      'a bin below all': { positive: [-20_000, 1] },
      'a bin above all': { positive: [11_000, 1, 11_000, 1] },
      'bins that overflow': { positive: [0, 1, Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER, 1] },
      'too many bins of one sign': { positive: Array(2 * maxQuantileBins + 2).fill(1) },
      'too many bins of both': {
        positive: Array(maxQuantileBins + 2).fill(1),
        negative: Array(maxQuantileBins + 2).fill(1),
      },
      'a level that there is not': { level: 8 },
      'text for bins': { positive: '1,2' },
    },
  ],
  [
    'categories',
    CategoriesSchema,
    { counts: { red: 2, white: 1 }, other: 3, error: 1 },
    {
      'a negative count': { counts: { red: -2 } },
      'a million categories': {
        counts: Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`c${at}`, 1])),
      },
      'a category as long as a letter': { counts: { ['x'.repeat(1000)]: 1 } },
      'an infinite rest': { counts: {}, other: Infinity },
    },
  ],
  [
    'histogram',
    HistogramSchema,
    [0, 1, 2],
    { 'one bin alone': [1], NaN: [1, NaN], negative: [1, -1], 'too many bins': Array(2000).fill(1) },
  ],
  [
    'confusion',
    ConfusionSchema,
    { labels: ['a', 'b'], cells: [1, 2, 2, 1], other: 1 },
    {
      'a cell of no label': { labels: ['a', 'b'], cells: [4, 1] },
      'a label twice': { labels: ['a', 'a'], cells: [] },
      'too many labels': { labels: Array.from({ length: maxClasses + 1 }, (_, at) => `l${at}`), cells: [] },
      'an empty cell': { labels: ['a'], cells: [0, 0] },
    },
  ],
  [
    'calibration',
    CalibrationSchema,
    { counts: [2, 0], right: [1, 0], confidence: [0.4, 0] },
    {
      'more right than answered': { counts: [1, 0], right: [2, 0], confidence: [0.4, 0] },
      'more confidence than answers': { counts: [1, 0], right: [1, 0], confidence: [40, 0] },
      'bins that do not belong together': { counts: [1], right: [1, 0], confidence: [0.4] },
      'no bin': { counts: [], right: [], confidence: [] },
    },
  ],
  [
    'regression',
    RegressionSchema,
    { residual: moments, truth: moments, absolute: 3, percentage: { count: 2, sum: 0.4 }, errors: {} },
    {
      'a negative error': {
        residual: moments,
        truth: moments,
        absolute: -3,
        percentage: { count: 2, sum: 0.4 },
        errors: {},
      },
      'no quantiles': { residual: moments, truth: moments, absolute: 3, percentage: { count: 2, sum: 0.4 } },
    },
  ],
  [
    'scores',
    ScoresSchema,
    { classes: { a: { positive: [0, 1], negative: [63, 2] } }, logLoss: { count: 1, sum: 0.1 } },
    {
      'a bin beyond the last': {
        classes: { a: { positive: [64, 1], negative: [] } },
        logLoss: { count: 1, sum: 0.1 },
      },
      'an infinite loss': { classes: {}, logLoss: { count: 1, sum: Infinity } },
    },
  ],
  [
    'longest run',
    LongestRunSchema,
    { label: 'a', length: 3 },
    { 'no label': { length: 3 }, 'a negative length': { label: 'a', length: -3 } },
  ],
  [
    'correlation',
    CorrelationSchema,
    correlation,
    {
      'a feature without its mean': { ...correlation, means: [1] },
      'a pair too few': { ...correlation, products: [2, 1] },
      'a pair too many': { ...correlation, products: [2, 1, 4, 3] },
      'a negative spread': { ...correlation, products: [2, 1, -4] },
      'one feature alone': { features: ['a'], count: 3, means: [1], products: [2] },
      infinity: { ...correlation, means: [1, Infinity] },
    },
  ],
  [
    'projection',
    ProjectionSchema,
    { count: 2, sums: [1, -2], squares: [1, 4] },
    {
      'squares that do not fit': { count: 2, sums: [1, -2], squares: [1] },
      'a negative square': { count: 2, sums: [1], squares: [-1] },
      'an infinite sum': { count: 2, sums: [-Infinity], squares: [1] },
      'too many directions': { count: 1, sums: Array(100).fill(1), squares: Array(100).fill(1) },
    },
  ],
]

describe.each(cases)('%s', (_, schema, good, bad) => {
  it('takes what devices send', () => {
    expect(v.parse(schema, JSON.parse(JSON.stringify(good)))).toEqual(good)
  })

  it.each(Object.entries(bad))('refuses %s', (_what, value) => {
    expect(v.safeParse(schema, value).success).toBe(false)
  })

  it('answers anything at all without a throw', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        v.safeParse(schema, value)
      }),
      { numRuns: 30 },
    )
  })
})
