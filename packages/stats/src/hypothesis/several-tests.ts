import { HomingError } from '@homing/protocol'

/**
 * p-values adjusted so that a rejection at alpha bears a chance of at most alpha of any false one among all tests, however
 * they depend on each other (Holm, Scand. J. Stat. 6, 1979).
 * @throws HomingError DATA_INVALID for a p outside 0..1.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ascending(ps)
  const adjusted = new Array<number>(ps.length)
  let highest = 0
  for (const [rank, index] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (ps.length - rank) * ps[index]!))
    adjusted[index] = highest
  }
  return adjusted
}

/**
 * p-values adjusted so that of the rejections at alpha an expected share of at most alpha is false, for independent or
 * positively dependent tests (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995).
 * @throws HomingError DATA_INVALID for a p outside 0..1.
 */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  const order = ascending(ps)
  const adjusted = new Array<number>(ps.length)
  let lowest = 1
  for (let rank = order.length; rank >= 1; rank--) {
    const index = order[rank - 1]!
    lowest = Math.min(lowest, (ps[index]! * ps.length) / rank)
    adjusted[index] = lowest
  }
  return adjusted
}

function ascending(ps: readonly number[]): number[] {
  const bad = ps.find((p) => !(p >= 0 && p <= 1))
  if (bad !== undefined) throw new HomingError('DATA_INVALID', `${bad} is no p-value`)
  return ps.map((_, index) => index).sort((a, b) => ps[a]! - ps[b]!)
}
