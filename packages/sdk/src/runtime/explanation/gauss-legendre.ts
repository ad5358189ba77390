/** A rule that integrates over [0, 1]: the sum of the weights is 1. */
export interface Quadrature {
  readonly nodes: Float64Array
  readonly weights: Float64Array
}

/** Newton's method has converged once a step is below what float64 shows. */
const smallestStep = 1e-15
const mostSteps = 100

/**
 * The Gauss-Legendre rule with `count` nodes, exact for polynomials up to degree 2 count - 1. Nodes are the zeros of the
 * Legendre polynomial, found by Newton's method from Tricomi's approximation (Press et al., Numerical Recipes, 4.6).
 */
export function gaussLegendre(count: number): Quadrature {
  const nodes = new Float64Array(count)
  const weights = new Float64Array(count)
  for (let i = 0; i < Math.ceil(count / 2); i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5))
    let { value, slope } = legendre(count, x)
    for (let step = 0; step < mostSteps && Math.abs(value / slope) > smallestStep; step++) {
      x -= value / slope
      ;({ value, slope } = legendre(count, x))
    }
    const weight = 1 / ((1 - x * x) * slope * slope) // half of the one for [-1, 1]
    nodes[i] = (1 - x) / 2
    nodes[count - 1 - i] = (1 + x) / 2
    weights[i] = weights[count - 1 - i] = weight
  }
  return { nodes, weights }
}

/** The rule on each of `parts` equal parts of [0, 1]: where a function has kinks, more parts help and more nodes do not. */
export function inParts({ nodes, weights }: Quadrature, parts: number): Quadrature {
  const repeated = <T>(each: (part: number, i: number) => T): T[] =>
    Array.from({ length: parts * nodes.length }, (_, at) =>
      each(Math.floor(at / nodes.length), at % nodes.length),
    )
  return {
    nodes: Float64Array.from(repeated((part, i) => (part + nodes[i]!) / parts)),
    weights: Float64Array.from(repeated((_, i) => weights[i]! / parts)),
  }
}

/** The Legendre polynomial of this degree at x, by its three-term recurrence, and its derivative. */
function legendre(degree: number, x: number): { value: number; slope: number } {
  let [before, value] = [1, x]
  for (let n = 2; n <= degree; n++)
    [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n]
  return { value, slope: (degree * (x * value - before)) / (x * x - 1) }
}
