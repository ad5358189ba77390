/** A game whose gain is shared out among its players, and how closely. */
export interface ShapleyOptions {
  readonly players: number
  /** What the game is worth without any player, and with all. */
  readonly none: number
  readonly all: number
  /** How many orders of the players are drawn; each counts forwards and backwards. */
  readonly pairs: number
  /** How many pairs are handed to `valuesAlong` at once, at most. */
  readonly pairsAtOnce: number
  /** Draws an order in which all players join. */
  readonly nextOrder: () => Uint32Array
  /** For each order, what the game is worth with its first player, its first two, and so on to all but the last. */
  readonly valuesAlong: (orders: readonly Uint32Array[]) => Promise<readonly Float64Array[]>
}

/** What each player contributes, and how uncertain that is. */
export interface ShapleyValues {
  readonly values: Float64Array
  /** Standard errors of the values, from the spread between pairs; 0 where all pairs agree. */
  readonly standardErrors: Float64Array
}

/**
 * Shapley values from sampled orders (Štrumbelj, Kononenko: Explaining prediction models and individual predictions with
 * feature contributions, 2014): a player's value is the mean of what it adds when it joins. Every order is also walked
 * backwards, which lessens the variance (antithetic sampling; Mitchell et al.: Sampling Permutations for Shapley Value
 * Estimation, 2022). The values of each order add up to `all - none`, so their means do as well, up to rounding.
 */
export async function sampledShapley(options: ShapleyOptions): Promise<ShapleyValues> {
  const { players, pairs, pairsAtOnce, nextOrder, valuesAlong } = options
  const spread = Array.from({ length: players }, runningSpread)
  for (let drawn = 0; drawn < pairs; drawn += pairsAtOnce) {
    const orders = Array.from({ length: Math.min(pairsAtOnce, pairs - drawn) }, nextOrder).flatMap(
      (order) => [order, order.slice().reverse()],
    )
    const along = await valuesAlong(orders)
    for (let i = 0; i < orders.length; i += 2) {
      const forwards = gains(orders[i]!, along[i]!, options)
      const backwards = gains(orders[i + 1]!, along[i + 1]!, options)
      spread.forEach((player, at) => player.add((forwards[at]! + backwards[at]!) / 2))
    }
  }
  return {
    values: Float64Array.from(spread, (player) => player.mean()),
    standardErrors: Float64Array.from(spread, (player) => player.standardError()),
  }
}

/** What each player adds when the players join in this order. */
function gains(order: Uint32Array, along: Float64Array, { none, all }: ShapleyOptions): Float64Array {
  const added = new Float64Array(order.length)
  let before = none
  order.forEach((player, place) => {
    const after = place < along.length ? along[place]! : all
    added[player] = after - before
    before = after
  })
  return added
}

/** Mean and spread of numbers that come one by one (Welford, 1962). */
function runningSpread(): { add(value: number): void; mean(): number; standardError(): number } {
  let [count, mean, squares] = [0, 0, 0]
  return {
    add(value) {
      count++
      const off = value - mean
      mean += off / count
      squares += off * (value - mean)
    },
    mean: () => mean,
    standardError: () => (count > 1 ? Math.sqrt(squares / (count - 1) / count) : 0),
  }
}
