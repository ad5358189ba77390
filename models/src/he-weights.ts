import type { Random } from './random.ts'

/** Starting weights of a layer with ReLU: normal with variance 2 / inputs (He et al. 2015). */
export function heWeights(random: Random, count: number, inputs: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal() * Math.sqrt(2 / inputs))
}
