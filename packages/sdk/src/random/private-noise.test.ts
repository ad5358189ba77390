import { epsilonOf, estimateTruth, responseChances } from '@homing/stats'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { discreteLaplace, spentEpsilon } from './discrete-laplace.ts'
import { bitsFrom, cryptoBits, type RandomBits } from './random-bits.ts'
import { randomisedResponse } from './randomised-response.ts'
import { seededRandom } from './seeded-random.ts'

/** Bits that are the same in every run of the tests. */
const seeded = (seed: number): RandomBits => {
  const random = seededRandom(seed)
  return bitsFrom(() => Math.floor(random() * 2 ** 32))
}
const times = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw)

test('whole numbers below a bound come alike often', () => {
  const bits = seeded(1)
  const counts = [0, 0, 0]
  for (const drawn of times(30_000, () => bits.below(3))) counts[drawn]! += 1
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(30_000 * (2 / 9)))
})

test('words from which some numbers would come more often are drawn again', () => {
  const words = [2 ** 32 - 1, 7]
  expect(bitsFrom(() => words.shift()!).below(3)).toBe(1)
  expect(words).toEqual([])
})

test('bits come from WebCrypto, many at a time', () => {
  let fetched = 0
  const bits = cryptoBits({
    getRandomValues: (array) => {
      fetched++
      return crypto.getRandomValues(array)
    },
  })
  expect(new Set(times(256, () => bits.below(2 ** 32))).size).toBeGreaterThan(250)
  expect(fetched).toBe(1)
})

test.each([0.25, 1, 3])('discrete Laplace noise falls by e^-%d from one number to the next', (epsilon) => {
  const bits = seeded(2)
  const draws = 40_000
  const counts = new Map<number, number>()
  for (const noise of times(draws, () => discreteLaplace(bits, epsilon)))
    counts.set(noise, (counts.get(noise) ?? 0) + 1)
  const decay = Math.exp(-epsilon)
  for (const noise of [-2, -1, 0, 1, 2]) {
    const chance = ((1 - decay) / (1 + decay)) * decay ** Math.abs(noise)
    const spread = Math.sqrt(draws * chance * (1 - chance))
    expect(Math.abs((counts.get(noise) ?? 0) - draws * chance)).toBeLessThan(5 * spread)
  }
})

test('a budget is spent in whole parts, never more than was allowed', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 20, noNaN: true }), (epsilon) => {
      expect(spentEpsilon(epsilon)).toBeLessThanOrEqual(epsilon)
      expect(spentEpsilon(epsilon)).toBeGreaterThan(epsilon - 1 / 1024)
    }),
  )
  expect(spentEpsilon(1e-9)).toBe(1 / 1024)
})

// Warner (1965); reference-cases.md: truth 0.75, lie 0.25.
test('of 4,000 yes among 10,000 answers 3,000 are estimated, for a budget of ln 3', () => {
  const chances = responseChances(Math.log(3), 2)
  expect(chances.truth).toBeCloseTo(0.75, 12)
  expect(epsilonOf(chances)).toBeCloseTo(1.0986, 4)
  expect(estimateTruth([6_000, 4_000], chances)[1]).toBeCloseTo(3_000, 8)
})

test('answers of devices lead back to the truth', () => {
  const respond = randomisedResponse(seeded(3), Math.log(3), 2)
  const reported = [0, 0]
  for (let device = 0; device < 10_000; device++) reported[respond(device < 3_000 ? 1 : 0)]! += 1
  const [, yes] = estimateTruth(reported, responseChances(Math.log(3), 2))
  // Standard deviation of the estimate: sqrt(10,000 * 0.24) / 0.5 = 98.
  expect(Math.abs(yes! - 3_000)).toBeLessThan(5 * 98)
})

test('each of many categories is reported for each other with the same chance', () => {
  const k = 5
  const chances = responseChances(1, k)
  const respond = randomisedResponse(seeded(4), 1, k)
  const counts = new Float64Array(k)
  for (let draw = 0; draw < 50_000; draw++) counts[respond(2)]! += 1
  counts.forEach((count, category) => {
    const chance = category === 2 ? chances.truth : chances.lie
    expect(Math.abs(count - 50_000 * chance)).toBeLessThan(5 * Math.sqrt(50_000 * chance))
  })
})

test('a budget that hides everything, and one category, are told from each other', () => {
  expect(() => randomisedResponse(seeded(5), 0, 3)).toThrow(/epsilon/)
  expect(() => randomisedResponse(seeded(5), 1, 1)).toThrow(/two categories/)
})
