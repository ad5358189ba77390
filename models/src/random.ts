/** A seeded stream of random numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  readonly uniform: () => number
  /** Uniform in [low, high). */
  readonly between: (low: number, high: number) => number
  /** Normal with mean 0 and standard deviation 1 (Box-Muller). */
  readonly normal: () => number
  /** A uniform permutation of 0..count-1 (Fisher-Yates). */
  readonly permutation: (count: number) => Uint32Array
}

/** Rounds after which a fresh state no longer shows its seed. */
const warmUp = 16

/** A stream of the generator sfc32 (C. Doty-Humphrey, PractRand). `seed` is a whole number below 2^32. */
export function seededRandom(seed: number): Random {
  let [a, b, c, counter] = [0, seed >>> 0, 0x9e3779b9, 1]
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let i = 0; i < warmUp; i++) next()

  const uniform = (): number => next() / 2 ** 32
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    permutation(count) {
      const order = Uint32Array.from({ length: count }, (_, i) => i)
      for (let i = count - 1; i > 0; i--) {
        const j = Math.floor(uniform() * (i + 1))
        ;[order[i], order[j]] = [order[j]!, order[i]!]
      }
      return order
    },
  }
}
