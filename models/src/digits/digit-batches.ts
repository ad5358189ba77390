import type { RgbaImage } from '@homing/pipeline'

import { type Digits, side } from '../data/mnist.ts'
import type { Random } from '../random.ts'
import { epochBatches } from '../training/epochs.ts'
import type { Batch } from '../training/trainer.ts'
import { augmentDigit } from './augment-digit.ts'
import { augmentation, canvasSide } from './augmentation.ts'
import { digitsInput } from './digits-model.ts'
import { digitsEncoder, pictureOf } from './encode-digits.ts'

const pixels = side * side

/** Batches of randomly changed digits, each brought to the model's input by the pipeline that the page runs. */
export function digitBatches(digits: Digits, batch: number, random: Random): (step: number) => Batch {
  const encode = digitsEncoder()
  const indicesOf = epochBatches(random, digits.count, batch)
  const canvas = new Uint8ClampedArray(canvasSide * canvasSide)
  const picture = (index: number): RgbaImage => {
    const digit = digits.images.subarray(index * pixels, (index + 1) * pixels)
    if (random.uniform() < augmentation.untouched) return pictureOf(digit, side)
    augmentDigit(digit, random, canvas)
    return pictureOf(canvas, canvasSide)
  }
  return (step) => {
    const indices = indicesOf(step)
    const image = encode(Array.from(indices, picture))
    const targets = Int32Array.from(indices, (index) => digits.labels[index]!)
    return {
      inputs: { [digitsInput]: { dtype: 'float32', shape: [batch, 1, side, side], data: image } },
      targets: { dtype: 'int32', shape: [batch], data: targets },
    }
  }
}
