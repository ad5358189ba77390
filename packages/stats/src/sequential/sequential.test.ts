import { describe, expect, test } from 'vitest'

import { seededRandom } from '../testing/seeded-random.ts'
import { cusumAlarm, emptyCusum, stepCusum } from './cusum.ts'
import { emptyMixture, mixtureP, stepMixture } from './mixture-test.ts'
import { emptyPageHinkley, pageHinkleyAlarm, stepPageHinkley } from './page-hinkley.ts'

const options = { shift: 0.5, runLength: 500 }

/** Observations until the first alarm, at most `most`; from the 50th on the mean has moved by `shift`. */
function cusumRun(seed: number, shift: number, most: number): { length: number; side: string | undefined } {
  const random = seededRandom(seed)
  let state = emptyCusum()
  for (let at = 1; at <= most; at++) {
    state = stepCusum(state, random.normal() + (at > 50 ? shift : 0), options)
    const side = cusumAlarm(state, options)
    if (side) return { length: at, side }
  }
  return { length: most, side: undefined }
}

describe('CUSUM', () => {
  test('runs at least as long without a change as it states', () => {
    const lengths = Array.from({ length: 200 }, (_, seed) => cusumRun(seed, 0, 5_000).length)
    expect(lengths.reduce((sum, length) => sum + length, 0) / lengths.length).toBeGreaterThan(
      options.runLength,
    )
  })

  test('finds a shift of half a deviation, and its side', () => {
    for (const shift of [0.5, -0.5]) {
      const runs = Array.from({ length: 50 }, (_, seed) => cusumRun(seed, shift, 5_000)).filter(
        ({ length }) => length > 50,
      )
      const delays = runs.map(({ length }) => length - 50).sort((a, b) => a - b)
      expect(delays[Math.floor(delays.length / 2)]).toBeLessThan(100)
      expect(runs.filter(({ side }) => side === (shift > 0 ? 'up' : 'down')).length).toBeGreaterThan(45)
    }
  })
})

describe('the mixture test', () => {
  const everBelow = (seed: number, mean: number, alpha: number): boolean => {
    const random = seededRandom(seed)
    let state = emptyMixture()
    for (let at = 0; at < 500; at++) state = stepMixture(state, random.normal() + mean, 0.3)
    return mixtureP(state) <= alpha
  }

  test('looked at 500 times is wrong at most as often as it states', () => {
    const alpha = 0.05
    const wrong = Array.from({ length: 1_000 }, (_, seed) => everBelow(seed, 0, alpha)).filter(Boolean)
    expect(wrong.length).toBeLessThanOrEqual(1_000 * alpha)
  })

  test('finds a shift', () => {
    expect(Array.from({ length: 50 }, (_, seed) => everBelow(seed, 0.3, 0.01)).every(Boolean)).toBe(true)
  })

  test('takes observations one by one or summed', () => {
    const summed = stepMixture(emptyMixture(), 6, 0.3, 3)
    let single = emptyMixture()
    for (const z of [1, 2, 3]) single = stepMixture(single, z, 0.3)
    expect([summed.observed, summed.sum]).toEqual([single.observed, single.sum])
  })
})

test('Page-Hinkley finds a mean that rises, and not one that stays', () => {
  const settings = { tolerance: 0.1, threshold: 20, least: 30 }
  const alarms = (rise: number): boolean => {
    const random = seededRandom(7)
    let state = emptyPageHinkley()
    for (let at = 0; at < 400; at++)
      state = stepPageHinkley(state, random.normal() + (at > 200 ? rise : 0), settings)
    return pageHinkleyAlarm(state, settings)
  }
  expect([alarms(0), alarms(1)]).toEqual([false, true])
})

test.each([NaN, Infinity, -Infinity])('%f is no observation', (value) => {
  expect(() => stepCusum(emptyCusum(), value, options)).toThrow('no observation')
  expect(() => stepMixture(emptyMixture(), value, 1)).toThrow('finite')
  expect(() => stepPageHinkley(emptyPageHinkley(), value, { tolerance: 0, threshold: 1, least: 1 })).toThrow(
    'no observation',
  )
})
