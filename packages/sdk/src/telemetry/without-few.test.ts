import { type FeatureSummary, type TelemetryGroup, TelemetryGroupSchema } from '@homing/protocol'
import { addMoment, emptyMoments, momentsToWire } from '@homing/stats'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'

import { leastValuesTold } from './config.ts'
import { withoutFew } from './without-few.ts'

const group: TelemetryGroup = {
  hour: 480_000,
  model: 'wine',
  version: '1.0.0',
  variant: 'fp32',
  backend: 'wasm',
  counts: { predictions: 1 },
}
const health = { missing: 0, mismatched: 0, failed: 0, nonFinite: 0 }
const summaryOf = (values: readonly number[]): FeatureSummary => {
  const moments = emptyMoments()
  for (const value of values) addMoment(moments, value)
  return {
    kind: 'numeric',
    count: values.length,
    ...health,
    moments: momentsToWire(moments)!,
    quantiles: { zero: values.length },
    histogram: [values.length, 0],
  }
}
const numbers = fc.double({ min: -1e99, max: 1e99, noNaN: true })

describe('a group without few', () => {
  test('tells no sum, sketch or covariance of fewer values than it may, and keeps their counts and bins', () => {
    const alcohol = summaryOf([12.345])
    const { moments: _, quantiles: __, ...counted } = alcohol as Extract<FeatureSummary, { kind: 'numeric' }>
    const few: TelemetryGroup = {
      ...group,
      features: { raw: { alcohol }, processed: { alcohol } },
      outputs: {
        quality: { ...summaryOf([5.4321]), kind: 'value', count: 1 } as never,
        topic: {
          kind: 'embedding',
          count: leastValuesTold - 1,
          nonFinite: 0,
          projection: { count: 1, sums: [1], squares: [1] },
        } as never,
      },
      correlation: { features: ['a', 'b'], count: 1, means: [12.345, 2], products: [0, 0, 0] },
    }
    const told = withoutFew(few)
    expect(told.features).toEqual({ raw: { alcohol: counted }, processed: { alcohol: counted } })
    expect(JSON.stringify(told)).not.toMatch(/12\.345|5\.4321|projection|correlation/)
  })

  test('tells of enough values their mean, and extremes in two digits that still enclose them', () => {
    fc.assert(
      fc.property(fc.array(numbers, { minLength: leastValuesTold, maxLength: 30 }), (values) => {
        const raw = { alcohol: summaryOf(values) }
        const told = withoutFew({ ...group, features: { raw } })
        expect(v.is(TelemetryGroupSchema, told)).toBe(true)
        const summary = told.features!.raw!['alcohol'] as Extract<FeatureSummary, { kind: 'numeric' }>
        const { min, max, mean } = summary.moments!
        expect(summary.quantiles).toBeDefined()
        expect(mean).toBe((raw.alcohol as typeof summary).moments!.mean)
        expect(min).toBeLessThanOrEqual(Math.min(...values))
        expect(max).toBeGreaterThanOrEqual(Math.max(...values))
        expect([min, max].map((value) => Number(value.toPrecision(2)))).toEqual([min, max])
      }),
    )
  })

  test('is the same group where nothing was measured', () => {
    expect(withoutFew(group)).toEqual(group)
  })
})
