import { seededRandom } from '../seeded-random.ts'
import { uniform } from './draw.ts'
import type { Numbers } from './run-model.ts'

/** Numbers from -1 to 1, the same for the same seed. */
export function numbers(shape: readonly number[], seed: number): Numbers {
  const count = shape.reduce((product, dim) => product * dim, 1)
  return { shape, data: Float32Array.from(uniform(seededRandom(seed), count)) }
}
