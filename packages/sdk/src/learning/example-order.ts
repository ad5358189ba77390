import { shuffle } from '../random/shuffle.ts'

/** Which examples make the next batch. */
export type NextBatch = () => Uint32Array

/**
 * Goes over all examples in a new random order each time, and cuts that stream into batches: what an epoch leaves over
 * opens the first batch of the next, so that no example is left out, however few there are.
 * @param random uniform in [0, 1)
 */
export function exampleOrder(random: () => number, examples: number, batch: number): NextBatch {
  const order = Uint32Array.from({ length: examples }, (_, index) => index)
  let at = examples
  return () => {
    const chosen = new Uint32Array(batch)
    for (let filled = 0; filled < batch;) {
      if (at === examples) {
        shuffle(order, random)
        at = 0
      }
      const piece = order.subarray(at, at + batch - filled)
      chosen.set(piece, filled)
      filled += piece.length
      at += piece.length
    }
    return chosen
  }
}
