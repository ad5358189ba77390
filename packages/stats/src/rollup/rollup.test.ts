import type { TelemetryGroup } from '@homing/protocol'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { mergeRollups } from './merge-rollups.ts'
import { rollupOf } from './rollup-of.ts'

const count = fc.nat({ max: 50 })
const group = fc
  .record({
    predictions: count,
    errors: fc.dictionary(fc.constantFrom('A', 'B', 'C'), count),
    bin: count,
    label: count,
  })
  .map(({ predictions, errors, bin, label }): TelemetryGroup => ({
    hour: 1,
    model: 'digits',
    version: '1.0.0',
    variant: 'fp32',
    backend: 'wasm',
    counts: { predictions },
    errors,
    latency: { positive: [bin, predictions + 1] },
    outputs: {
      digit: {
        kind: 'classes',
        count: predictions,
        none: 0,
        labels: { counts: { [`l${label % 5}`]: predictions } },
      },
    },
  }))

test('rollups merge alike in any order and grouping', () => {
  fc.assert(
    fc.property(group, group, group, (a, b, c) => {
      const [x, y, z] = [rollupOf(a), rollupOf(b), rollupOf(c)]
      expect(mergeRollups(x, y)).toEqual(mergeRollups(y, x))
      expect(mergeRollups(mergeRollups(x, y), z)).toEqual(mergeRollups(x, mergeRollups(y, z)))
    }),
  )
})

test('what does not go together is left out and counted', () => {
  const [numeric, words] = [
    { kind: 'value', count: 1, nonFinite: 0 },
    { kind: 'ranking', count: 1 },
  ] as const
  const base = {
    hour: 1,
    model: 'm',
    version: '1.0.0',
    variant: 'fp32',
    backend: 'wasm',
    counts: {},
  } as const
  const a = rollupOf({ ...base, outputs: { y: numeric } })
  const b = rollupOf({ ...base, outputs: { y: { ...words, first: { counts: { x: 1 } } } } })
  expect(mergeRollups(a, b)).toMatchObject({ outputs: { y: numeric }, unmerged: 1 })
})
