/** Odds are kept in 1/65536 and never leave this distance from 0 and 1: no bit costs more than 11 bits. */
const least = 32

/** After this many bits a context forgets: old ones count ever less, at this rate. */
const memory = 255

/** `1 / (n + 1.5)` in 1/16384: the estimate after n bits moves by this share of its error. */
const rates = Uint16Array.from({ length: memory + 1 }, (_, seen) => Math.round(16_384 / (seen + 1.5)))

/** Learned odds of bits, per context. */
export interface AdaptiveOdds {
  /** Odds of a 0, in 1/65536. */
  ofZero(context: number): number
  /** Learns that `bit` came. */
  learn(context: number, bit: number): void
}

/**
 * Odds for `contexts` contexts, all even at first. Each is the mean of the bits seen, later an exponential mean: near
 * the zero-order entropy of steady data, and soon at home in new data. Integer arithmetic: equal on every machine.
 */
export function adaptiveOdds(contexts: number): AdaptiveOdds {
  const odds = new Uint16Array(contexts).fill(32_768)
  const seen = new Uint8Array(contexts)
  return {
    ofZero: (context) => odds[context]!,
    learn: (context, bit) => {
      const now = odds[context]!
      const count = seen[context]!
      const target = bit === 0 ? 65_536 - least : least
      odds[context] = now + (((target - now) * rates[count]!) >> 14)
      if (count < memory) seen[context] = count + 1
    },
  }
}
