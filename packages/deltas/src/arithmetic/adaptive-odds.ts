/** Odds never come nearer than this to 0 and 1: no bit costs more than 14 bits. */
const least = 2 ** -14

/** After this many bits a context forgets: old ones count ever less, at this rate. */
const memory = 400

/** By how much of its error the estimate after n bits moves. */
const rates = Float64Array.from({ length: memory + 1 }, (_, seen) => 1 / (seen + 1.5))

/** Learned odds of bits, per context. */
export interface AdaptiveOdds {
  /** Odds of a 0: above 0 and below 1. */
  ofZero(context: number): number
  /** Learns that `bit` came. */
  learn(context: number, bit: number): void
}

/**
 * Odds for `contexts` contexts, all even at first. Each is the mean of the bits seen, later an exponential mean: near
 * the zero-order entropy of steady data, and soon at home in new data. Computed in double precision, whose basic operations
 * ECMAScript fixes to the last bit (IEEE 754), so both sides have equal odds on every machine.
 */
export function adaptiveOdds(contexts: number): AdaptiveOdds {
  const odds = new Float64Array(contexts).fill(0.5)
  const seen = new Uint16Array(contexts)
  return {
    ofZero: (context) => odds[context]!,
    learn: (context, bit) => {
      const now = odds[context]!
      const count = seen[context]!
      const target = bit === 0 ? 1 - least : least
      odds[context] = now + (target - now) * rates[count]!
      if (count < memory) seen[context] = count + 1
    },
  }
}
