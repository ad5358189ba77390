import { seededRandom } from '../../random/seeded-random.ts'
import { shuffle } from '../../random/shuffle.ts'

/** A function that gives one permutation of 0..count-1 after another, the same for the same seed. */
export function seededPermutations(seed: number, count: number): () => Uint32Array {
  const random = seededRandom(seed)
  return () => {
    const order = Uint32Array.from({ length: count }, (_, i) => i)
    shuffle(order, random)
    return order
  }
}
