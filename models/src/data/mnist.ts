import { HomingError } from '@homing/protocol'

import { parseIdx } from './idx.ts'
import { readDataFile } from './read-data-file.ts'

/** Pixels on a side of an MNIST image. */
export const side = 28

/** Handwritten digits: light ink (up to 255) on black, 28 x 28 bytes an image. */
export interface Digits {
  readonly count: number
  readonly images: Uint8Array
  readonly labels: Uint8Array
}

/** Training images: the first 22,600 of MNIST. */
export const trainingDigits = (folder: string): Promise<Digits> => readDigits(folder, 'train22600')

/** The 10,000 test images of MNIST. */
export const testDigits = (folder: string): Promise<Digits> => readDigits(folder, 't10k')

async function readDigits(folder: string, prefix: string): Promise<Digits> {
  const [images, labels] = await Promise.all([
    readDataFile(folder, `mnist/${prefix}-images-idx3-ubyte.gz`),
    readDataFile(folder, `mnist/${prefix}-labels-idx1-ubyte.gz`),
  ])
  return digitsOf(images, labels, prefix)
}

/**
 * Digits of an image file and a label file.
 * @throws HomingError DATA_INVALID when they are malformed or do not belong together.
 */
export function digitsOf(imageFile: Uint8Array, labelFile: Uint8Array, name: string): Digits {
  const images = parseIdx(imageFile, 3, `The image file ${name}`)
  const labels = parseIdx(labelFile, 1, `The label file ${name}`)
  const [count, height, width] = images.shape as [number, number, number]
  if (height !== side || width !== side) {
    throw new HomingError(
      'DATA_INVALID',
      `The image file ${name} holds ${height} x ${width} images where 28 x 28 are expected`,
    )
  }
  if (count === 0 || labels.data.length !== count) {
    throw new HomingError('DATA_INVALID', `${name} has ${count} images and ${labels.data.length} labels`)
  }
  const outside = labels.data.findIndex((label) => label > 9)
  if (outside >= 0)
    throw new HomingError(
      'DATA_INVALID',
      `Label ${outside} of ${name} is ${labels.data[outside]}, and no digit`,
    )
  return { count, images: images.data, labels: labels.data }
}

/** The first `count` of `digits`. */
export function firstDigits({ images, labels, ...digits }: Digits, count: number): Digits {
  if (count > digits.count)
    throw new HomingError('DATA_INVALID', `There are ${digits.count} digits, and ${count} are wanted`)
  return { count, images: images.subarray(0, count * side * side), labels: labels.subarray(0, count) }
}
