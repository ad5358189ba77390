import type { GraphBuilder, Value } from '@homing/onnx'

import { seededRandom } from '../../seeded-random.ts'
import { type Random, uniform } from '../draw.ts'

/** Writes the learned tensors of a model under construction, drawn alike each time. */
export interface Weights {
  /** Uniform, of variance 2 / `fanIn` (He et al. 2015), so that activations keep their size. */
  kernel(name: string, shape: readonly number[], fanIn: number): Value
  /** One number per channel, uniform within `spread` of `centre`. */
  vector(name: string, size: number, centre?: number, spread?: number): Value
}

export function weightsOf(g: GraphBuilder, seed: number): Weights {
  const random: Random = seededRandom(seed)
  const parameter = (name: string, shape: readonly number[], centre: number, spread: number): Value => {
    const count = shape.reduce((product, dim) => product * dim, 1)
    const data = Float32Array.from(uniform(random, count), (value) => centre + spread * value)
    return g.parameter(name, 'float32', shape, data)
  }
  return {
    kernel: (name, shape, fanIn) => parameter(name, shape, 0, Math.sqrt(6 / fanIn)),
    vector: (name, size, centre = 0, spread = 0.1) => parameter(name, [size], centre, spread),
  }
}
