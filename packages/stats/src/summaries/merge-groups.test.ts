import type { TelemetryGroup } from '@homing/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { categoryFeature, classesOutput, numericFeature } from '../testing/summaries.ts'
import { mergeGroups } from './merge-groups.ts'

const place = { hour: 7, model: 'm', version: '1.0.0', variant: 'fp32', backend: 'wasm' } as const
const small = fc.integer({ min: 0, max: 1_000 })
const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const label = fc.constantFrom('cat', 'dog', 'fox')

/** Whole numbers, so that sums are the same in every order. */
const group: fc.Arbitrary<TelemetryGroup> = fc
  .record(
    {
      counts: fc.record({ predictions: small, calls: small }),
      errors: fc.dictionary(fc.constantFrom('TIMEOUT', 'INPUT_NAME'), small),
      bytes: small,
      probes: fc.record({ passed: small, failed: small }),
      goals: fc.dictionary(
        fc.constantFrom('sale', 'sign-up'),
        fc.record({ n: small, sum: small, squares: small }),
      ),
      features: fc.record({
        raw: fc.record({
          age: fc.array(value, { minLength: 1, maxLength: 5 }).map((values) => numericFeature(values)),
          animal: fc.array(label, { minLength: 1, maxLength: 5 }).map((words) => categoryFeature(words)),
        }),
      }),
      outputs: fc.record({
        y: fc
          .array(fc.record({ said: label, truth: label, confidence: fc.constantFrom(0.25, 0.5, 1) }), {
            minLength: 1,
          })
          .map(classesOutput),
      }),
      ranking: fc.record({
        positions: fc.array(fc.record({ shown: small, positive: small, weight: small, squares: small }), {
          maxLength: 3,
        }),
      }),
    },
    { requiredKeys: ['counts'] },
  )
  .map((fields) => ({ ...place, ...fields }))

/** Floating sums differ in their last digits with the order of adding. */
const rounded = (merged: TelemetryGroup): unknown =>
  JSON.parse(
    JSON.stringify(merged, (_, field: unknown) =>
      typeof field === 'number' && !Number.isInteger(field) ? Number(field.toPrecision(6)) : sorted(field),
    ),
  )
const sorted = (field: unknown): unknown =>
  typeof field === 'object' && field !== null && !Array.isArray(field)
    ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
    : field
const withoutSpread = (merged: TelemetryGroup): unknown => {
  const plain = rounded(merged) as { features?: { raw?: Record<string, { moments?: unknown }> } }
  for (const summary of Object.values(plain.features?.raw ?? {})) delete summary.moments
  return plain
}

test('groups merge to the same in any order and grouping', () => {
  fc.assert(
    fc.property(group, group, group, (a, b, c) => {
      expect(withoutSpread(mergeGroups(a, b))).toEqual(withoutSpread(mergeGroups(b, a)))
      expect(withoutSpread(mergeGroups(mergeGroups(a, b), c))).toEqual(
        withoutSpread(mergeGroups(a, mergeGroups(b, c))),
      )
    }),
  )
})

test('merging changes neither of two groups, and loses none of their counts', () => {
  fc.assert(
    fc.property(group, group, (a, b) => {
      const before = JSON.stringify([a, b])
      const { counts } = mergeGroups(a, b)
      expect(JSON.stringify([a, b])).toBe(before)
      expect(counts.predictions).toBe(a.counts.predictions! + b.counts.predictions!)
    }),
  )
})

test('what cannot belong together is refused', () => {
  const of = (summary: ReturnType<typeof numericFeature>): TelemetryGroup => ({
    ...place,
    counts: {},
    features: { raw: { age: summary } },
  })
  expect(() => mergeGroups(of(numericFeature([1])), of(categoryFeature(['cat'])))).toThrow(/cannot be merged/)
  const bins = (histogram: number[]) => of(numericFeature([1], { histogram }))
  expect(() => mergeGroups(bins([1, 0]), bins([1, 0, 0]))).toThrow(/cannot be merged/)
})
