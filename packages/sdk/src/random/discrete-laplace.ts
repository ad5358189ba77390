import type { RandomBits } from './random-bits.ts'

/**
 * Parts of a privacy budget: it is a whole number of them, so that noise can be drawn with whole numbers alone. A sampler that
 * rounds floating-point numbers tells what it should hide in their last bits (Mironov, CCS 2012).
 */
const parts = 1024

/** The budget that is spent where `epsilon` is asked for: rounded down to a part, at least one. */
export function spentEpsilon(epsilon: number): number {
  return Math.max(1, Math.floor(epsilon * parts)) / parts
}

/**
 * Discrete Laplace noise: n with a probability proportional to exp(-|n| * epsilon). Exact (Canonne, Kamath and Steinke, NeurIPS
 * 2020, algorithm 2). Added to a count that one event changes by at most one, it spends `spentEpsilon(epsilon)`.
 */
export function discreteLaplace(bits: RandomBits, epsilon: number): number {
  const inverse = spentEpsilon(epsilon) * parts
  for (;;) {
    const rest = bits.below(parts)
    if (!chanceOfExp(bits, rest, parts)) continue
    let whole = 0
    while (chanceOfExp(bits, 1, 1)) whole++
    const size = Math.floor((rest + parts * whole) / inverse)
    const negative = bits.below(2) === 1
    if (size === 0 && negative) continue // zero would come twice as often
    return negative ? -size : size
  }
}

/** True with the probability exp(-over / under), which is at most 1: their algorithm 1. */
function chanceOfExp(bits: RandomBits, over: number, under: number): boolean {
  let step = 1
  while (bits.below(under * step) < over) step++
  return step % 2 === 1
}
