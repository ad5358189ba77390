/** Random numbers of one seed, for experiments that must give the same figures on every machine. */
export interface SeededRandom {
  /** Uniform from 0 to below 1. */
  uniform(): number
  /** Uniform whole number from 0 to below `bound`. */
  below(bound: number): number
  /** Standard normal (Box and Muller, 1958). */
  normal(): number
  /** A new array with the first `count` of the items in random order (Fisher and Yates). */
  draw<Item>(items: readonly Item[], count?: number): Item[]
}

/** Mulberry32 (T. Ettinger), of a 32-bit seed. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number): number => Math.floor(uniform() * bound)
  return {
    uniform,
    below,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    draw(items, count = items.length) {
      const pool = [...items]
      for (let at = 0; at < count; at++) {
        const other = at + below(pool.length - at)
        const item = pool[at]!
        pool[at] = pool[other]!
        pool[other] = item
      }
      return pool.slice(0, count)
    },
  }
}
