import { compilePipeline, type RgbaImage } from '@homing/pipeline'
import type { Signature } from '@homing/protocol'

import { side } from '../data/mnist.ts'
import { digitsInput, digitsOutput, digitsSizes } from './digits-model.ts'
import { digitsPipeline } from './digits-pipeline.ts'

const { classes } = digitsSizes
const pixels = side * side

const signature: Signature = {
  inputs: [{ name: digitsInput, dtype: 'float32', shape: ['batch', 1, side, side] }],
  outputs: [{ name: digitsOutput, dtype: 'float32', shape: ['batch', classes] }],
}

/** Turns pictures into the model's input: float32, 28 x 28 each, one after another. The page runs the same pipeline. */
export function digitsEncoder(): (pictures: readonly RgbaImage[]) => Float32Array {
  const pipeline = compilePipeline(digitsPipeline('nchw'), signature)
  return (pictures) => pipeline.encode({ [digitsInput]: pictures })[digitsInput]!.data as Float32Array
}

/** Light ink on black (row-major, one byte a pixel) as a picture of dark ink on white. */
export function pictureOf(ink: ArrayLike<number>, width: number): RgbaImage {
  const data = new Uint8ClampedArray(ink.length * 4).fill(255)
  for (let i = 0; i < ink.length; i++) data.fill(255 - ink[i]!, i * 4, i * 4 + 3)
  return { width, height: ink.length / width, data }
}

/** MNIST images as the model's input. */
export function encodeDigits(images: Uint8Array): Float32Array {
  const pictures = Array.from({ length: images.length / pixels }, (_, index) =>
    pictureOf(images.subarray(index * pixels, (index + 1) * pixels), side),
  )
  return digitsEncoder()(pictures)
}
