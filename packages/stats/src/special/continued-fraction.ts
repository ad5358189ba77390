const tiny = 1e-300
const precision = 1e-16
const mostTerms = 100_000

/**
 * Value of b0 + a1/(b1 + a2/(b2 + …)) by Lentz's method, as Thompson and Barnett changed it
 * (J. Comput. Phys. 64, 1986).
 */
export function continuedFraction(b0: number, term: (n: number) => readonly [a: number, b: number]): number {
  let value = b0 === 0 ? tiny : b0
  let c = value
  let d = 0
  for (let n = 1; n <= mostTerms; n++) {
    const [a, b] = term(n)
    d = b + a * d
    c = b + a / c
    if (d === 0) d = tiny
    if (c === 0) c = tiny
    d = 1 / d
    const change = c * d
    value *= change
    if (Math.abs(change - 1) < precision) break
  }
  return value
}
