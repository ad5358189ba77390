import type { Quadrature } from './gauss-legendre.ts'

/** Numbers by the name of the input that they belong to. */
export type Vectors = Readonly<Record<string, Float32Array | Float64Array>>

/** What integrated gradients are computed from. */
export interface IntegratedGradientsOptions {
  /** The point to explain. */
  readonly input: Vectors
  /** The point that it is compared with, of the same names and lengths. */
  readonly baseline: Vectors
  /** Where on the way from baseline (0) to input (1) the gradients are taken, and what each counts. */
  readonly path: Quadrature
  /** How many points `gradientsAt` takes at once. */
  readonly batch: number
  /** The gradients of the explained number at `batch` points, which lie one after another under each name. */
  readonly gradientsAt: (points: Vectors) => Promise<Vectors>
}

/**
 * Integrated gradients (Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks, 2017): for each element,
 * (input - baseline) times the mean of its gradient along the straight way from baseline to input. Up to the error of
 * the quadrature they add up to the difference that input and baseline make to the explained number (completeness).
 */
export async function integratedGradients(
  options: IntegratedGradientsOptions,
): Promise<Record<string, Float64Array>> {
  const { input, baseline, path, batch, gradientsAt } = options
  const names = Object.keys(input)
  const means = Object.fromEntries(names.map((name) => [name, new Float64Array(input[name]!.length)]))
  for (let first = 0; first < path.nodes.length; first += batch) {
    // The last points of a batch that is not full are the input itself, and do not count.
    const shares = Array.from({ length: batch }, (_, k) => path.nodes[first + k] ?? 1)
    const points = names.map((name) => [name, between(baseline[name]!, input[name]!, shares)] as const)
    const gradients = await gradientsAt(Object.fromEntries(points))
    for (const name of names) {
      const mean = means[name]!
      for (let k = 0; k < batch; k++) {
        const weight = path.weights[first + k] ?? 0
        if (weight === 0) continue
        const gradient = gradients[name]!.subarray(k * mean.length, (k + 1) * mean.length)
        gradient.forEach((slope, i) => (mean[i]! += weight * slope))
      }
    }
  }
  for (const name of names) {
    const [to, from] = [input[name]!, baseline[name]!]
    means[name]!.forEach((mean, i, all) => (all[i] = (to[i]! - from[i]!) * mean))
  }
  return means
}

function between(
  from: Float32Array | Float64Array,
  to: Float32Array | Float64Array,
  shares: readonly number[],
): Float32Array | Float64Array {
  const size = to.length
  const points =
    to instanceof Float32Array
      ? new Float32Array(size * shares.length)
      : new Float64Array(size * shares.length)
  shares.forEach((share, k) => {
    for (let i = 0; i < size; i++) points[k * size + i] = from[i]! + share * (to[i]! - from[i]!)
  })
  return points
}
