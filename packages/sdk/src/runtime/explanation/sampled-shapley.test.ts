import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { sampledShapley, type ShapleyValues } from './sampled-shapley.ts'
import { seededPermutations } from './seeded-permutations.ts'

/** What a set of players, as bits, is worth. */
type Game = (set: number) => number

const play = (
  game: Game,
  players: number,
  pairs: number,
  { seed = 1, pairsAtOnce = 5 } = {},
): Promise<ShapleyValues> =>
  sampledShapley({
    players,
    none: game(0),
    all: game(2 ** players - 1),
    pairs,
    pairsAtOnce,
    nextOrder: seededPermutations(seed, players),
    valuesAlong(orders) {
      expect(orders.length).toBeLessThanOrEqual(2 * pairsAtOnce)
      const along = orders.map((order) => {
        let set = 0
        return Float64Array.from(order.subarray(0, players - 1), (player) => game((set |= 1 << player)))
      })
      return Promise.resolve(along)
    },
  })

/** Shapley values by their definition: the mean over all sets that a player may join, weighed by the orders. */
function exactShapley(game: Game, players: number): number[] {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
  return Array.from({ length: players }, (_, player) => {
    let sum = 0
    for (let set = 0; set < 2 ** players; set++) {
      if (set & (1 << player)) continue
      const size = set.toString(2).replaceAll('0', '').length
      const weight = (factorial(size) * factorial(players - size - 1)) / factorial(players)
      sum += weight * (game(set | (1 << player)) - game(set))
    }
    return sum
  })
}

const tables = fc.integer({ min: 1, max: 5 }).chain((players) =>
  fc.tuple(
    fc.constant(players),
    fc.array(fc.double({ min: -2, max: 2, noNaN: true }), {
      minLength: 2 ** players,
      maxLength: 2 ** players,
    }),
  ),
)

describe('sampled Shapley values', () => {
  it('lie within their standard errors of the exact ones, for games with any interactions', () =>
    fc.assert(
      fc.asyncProperty(tables, async ([players, worth]) => {
        const game: Game = (set) => worth[set]!
        const { values, standardErrors } = await play(game, players, 400)
        exactShapley(game, players).forEach((exact, player) =>
          expect(Math.abs(values[player]! - exact)).toBeLessThanOrEqual(5 * standardErrors[player]! + 1e-9),
        )
      }),
      { numRuns: 30, seed: 7 },
    ))

  it('add up to the difference, whatever the number of samples', () =>
    fc.assert(
      fc.asyncProperty(tables, fc.integer({ min: 1, max: 12 }), async ([players, worth], pairs) => {
        const { values } = await play((set) => worth[set]!, players, pairs)
        const sum = values.reduce((total, value) => total + value, 0)
        expect(sum).toBeCloseTo(worth.at(-1)! - worth[0]!, 10)
      }),
    ))

  it('are exact without interactions, and for two players', async () => {
    const gains = [0.5, -2, 3]
    const additive = await play(
      (set) => gains.reduce((sum, gain, i) => sum + (set & (1 << i) ? gain : 0), 4),
      3,
      2,
    )
    expect(additive.values.map((value) => Math.round(value * 1e9) / 1e9)).toEqual(Float64Array.from(gains))
    for (const error of additive.standardErrors) expect(error).toBeCloseTo(0, 9)
    const pair = await play((set) => [0, 1, 2, 7][set]!, 2, 1)
    expect([...pair.values]).toEqual([3, 4])
  })

  it('give a player that changes nothing nothing, and players that are alike much the same', async () => {
    // Worth 1 once any two of the first three are there; the fourth does not matter.
    const game: Game = (set) => ((set & 7).toString(2).replaceAll('0', '').length >= 2 ? 1 : 0)
    const { values, standardErrors } = await play(game, 4, 600)
    expect(values[3]).toBe(0)
    expect(standardErrors[3]).toBe(0)
    for (const player of [0, 1, 2]) expect(values[player]).toBeCloseTo(1 / 3, 1)
  })

  it('walk an order backwards too: a game of pairs is exact after one', async () => {
    const game: Game = (set) => ((set & 3) === 3 ? 2 : 0) + ((set & 12) === 12 ? 6 : 0)
    const { values } = await play(game, 4, 1)
    expect([...values]).toEqual([1, 1, 3, 3])
  })

  it('are the same for the same seed, and others for another', async () => {
    const game: Game = (set) => Math.sin(set * 12.9898)
    const [first, again, other] = [
      await play(game, 5, 3),
      await play(game, 5, 3, { pairsAtOnce: 1 }),
      await play(game, 5, 3, { seed: 2 }),
    ]
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })
})
