import { side } from '../data/mnist.ts'
import type { Random } from '../random.ts'
import { augmentation } from './augmentation.ts'

/** A digit in a frame of one black pixel, so that its neighbours need no bounds. */
export const framedSide = side + 2

/**
 * The digit, framed, with its strokes grown, thinned or left, a third each: what is drawn large with the same pen has
 * thin strokes once it is resized.
 */
export function changeThickness(digit: Uint8Array, random: Random): Float32Array {
  const framed = new Float32Array(framedSide * framedSide)
  for (let row = 0; row < side; row++) {
    framed.set(digit.subarray(row * side, (row + 1) * side), (row + 1) * framedSide + 1)
  }
  const kind = Math.floor(random.uniform() * 3)
  if (kind === 0) return framed
  const grow = kind === 1
  const share = random.between(0, grow ? augmentation.thicker : augmentation.thinner)
  const changed = new Float32Array(framed.length)
  for (let row = 1; row <= side; row++) {
    for (let i = row * framedSide + 1; i <= row * framedSide + side; i++) {
      const [value, left, right] = [framed[i]!, framed[i - 1]!, framed[i + 1]!]
      const [above, below] = [framed[i - framedSide]!, framed[i + framedSide]!]
      const extreme = grow
        ? Math.max(value, left, right, above, below)
        : Math.min(value, left, right, above, below)
      changed[i] = value + share * (extreme - value)
    }
  }
  return changed
}
