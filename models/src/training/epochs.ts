import type { Random } from '../random.ts'

/**
 * Which examples make which batch: every epoch goes over all of them in a new random order; the last, smaller rest of
 * an epoch is left out, since a training graph has one batch size. Ask for steps 1, 2, 3, ... in order.
 */
export function epochBatches(random: Random, examples: number, batch: number): (step: number) => Uint32Array {
  const perEpoch = Math.floor(examples / batch)
  let order: Uint32Array = new Uint32Array()
  return (step) => {
    const at = (step - 1) % perEpoch
    if (at === 0) order = random.permutation(examples)
    return order.subarray(at * batch, (at + 1) * batch)
  }
}
