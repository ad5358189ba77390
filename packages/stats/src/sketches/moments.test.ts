import { MomentsSchema } from '@homing/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { parsed } from '../testing/parsed.ts'
import {
  addMoment,
  emptyMoments,
  mergeMoments,
  momentsFromWire,
  momentsToWire,
  varianceOf,
} from './moments.ts'

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 60 })

function momentsOf(series: readonly number[]) {
  const moments = emptyMoments()
  for (const value of series) addMoment(moments, value)
  return moments
}

const scale = 1e6
const close = (a: number, b: number): void => {
  if (Number.isFinite(a)) expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * scale ** 2)
  else expect(a).toBe(b)
}

function expectAlike(a: ReturnType<typeof emptyMoments>, b: ReturnType<typeof emptyMoments>) {
  expect(a.count).toBe(b.count)
  expect([a.min, a.max]).toEqual([b.min, b.max])
  close(a.mean, b.mean)
  close(a.m2, b.m2)
}

test('moments of parts merge to those of the whole, in any order and grouping', () => {
  fc.assert(
    fc.property(values, values, values, (a, b, c) => {
      const [x, y, z] = [momentsOf(a), momentsOf(b), momentsOf(c)]
      const whole = momentsOf([...a, ...b, ...c])
      expectAlike(mergeMoments(mergeMoments(x, y), z), whole)
      expectAlike(mergeMoments(x, mergeMoments(y, z)), whole)
      expectAlike(mergeMoments(z, mergeMoments(y, x)), whole)
    }),
  )
})

test('mean and variance are those of the definition', () => {
  const moments = momentsOf([2, 4, 4, 4, 5, 5, 7, 9])
  expect(moments.mean).toBe(5)
  expect(varianceOf(moments)).toBeCloseTo(32 / 7, 12)
  expect(varianceOf(momentsOf([1]))).toBeNaN()
})

test('what is no number, or too large to be squared, adds nothing', () => {
  const moments = momentsOf([1, NaN, Infinity, -Infinity, 1e101, Number.MAX_VALUE, 3])
  expect(moments).toEqual(momentsOf([1, 3]))
})

test('the greatest values that are taken still give what the protocol takes', () => {
  const wire = momentsToWire(momentsOf([1e100, -1e100, 1e100]))
  expect(parsed(MomentsSchema, JSON.parse(JSON.stringify(wire)))).toEqual(wire)
})

test('moments travel, but for digits that nobody reads; nothing travels of nothing', () => {
  fc.assert(
    fc.property(values, (series) => {
      const moments = momentsOf(series)
      const wire = momentsToWire(moments)
      if (series.length === 0) expect(wire).toBeUndefined()
      else parsed(MomentsSchema, wire)
      const back = momentsFromWire(wire)
      expect(back.count).toBe(moments.count)
      expect(Math.abs(back.mean - moments.mean) <= Math.abs(moments.mean) * 1e-11).toBe(true)
    }),
  )
  expect(momentsFromWire(undefined)).toEqual(emptyMoments())
})
