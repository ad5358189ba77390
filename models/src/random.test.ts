import { describe, expect, it } from 'vitest'

import { seededRandom } from './random.ts'

const take = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next)

describe('seededRandom', () => {
  it('repeats with the same seed and differs with another', () => {
    const [a, b, c] = [seededRandom(7), seededRandom(7), seededRandom(8)]
    const numbers = take(100, a.uniform)
    expect(take(100, b.uniform)).toEqual(numbers)
    expect(take(100, c.uniform)).not.toEqual(numbers)
  })

  it('is uniform and normal in mean and variance', () => {
    const random = seededRandom(1)
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const uniform = take(20_000, random.uniform)
    expect(mean(uniform)).toBeCloseTo(0.5, 1.5)
    const normal = take(20_000, random.normal)
    expect(mean(normal)).toBeCloseTo(0, 1)
    expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1)
  })

  it('permutes: every index once, and not in order', () => {
    const order = seededRandom(1).permutation(1000)
    expect([...order]).not.toEqual([...order].sort((a, b) => a - b))
    expect(new Set(order).size).toBe(1000)
    expect(Math.max(...order)).toBe(999)
  })
})
