import { side } from '../data/mnist.ts'
import type { Random } from '../random.ts'
import { augmentation } from './augmentation.ts'

/** The digit with its strokes grown, thinned or left, a third each: what is drawn large has thin strokes once it is resized. */
export function thickness(digit: Uint8Array, random: Random): ArrayLike<number> {
  const kind = Math.floor(random.uniform() * 3)
  if (kind === 0) return digit
  const share = random.between(0, kind === 1 ? augmentation.thicker : augmentation.thinner)
  const extreme = kind === 1 ? Math.max : Math.min
  const changed = new Float32Array(digit.length)
  for (let i = 0; i < digit.length; i++) {
    const [x, y] = [i % side, Math.floor(i / side)]
    const left = x > 0 ? digit[i - 1]! : 0
    const right = x < side - 1 ? digit[i + 1]! : 0
    const above = y > 0 ? digit[i - side]! : 0
    const below = y < side - 1 ? digit[i + side]! : 0
    const value = digit[i]!
    changed[i] = value + share * (extreme(value, left, right, above, below) - value)
  }
  return changed
}
