import { HomingError } from '@homing/protocol'

import { maxImagePixels } from '../config.ts'
import type { RgbaImage } from '../pipeline-input.ts'

/** An image between two steps: row-major, channels interleaved. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly data: Float32Array
  /** What it shows of the image that it came from, in pixels of that image; beyond its edges where a canvas was put around. */
  readonly source: Box
}

/** A rectangle, in pixels from the upper left corner. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** What `box`, in pixels of the frame, shows of the image. */
export function sourceOf({ width, height, source }: Frame, box: Box): Box {
  const [x, y] = [source.width / width, source.height / height]
  return {
    left: source.left + box.left * x,
    top: source.top + box.top * y,
    width: box.width * x,
    height: box.height * y,
  }
}

/** Refuses what is not a decoded image: INPUT_DTYPE for another kind of value, INPUT_SHAPE for a wrong size. */
export function checkImage(name: string, image: unknown): asserts image is RgbaImage {
  const { width, height, data } = (
    typeof image === 'object' && image !== null ? image : {}
  ) as Partial<RgbaImage>
  if (
    typeof width !== 'number' ||
    typeof height !== 'number' ||
    !(data instanceof Uint8Array || data instanceof Uint8ClampedArray)
  ) {
    throw new HomingError(
      'INPUT_DTYPE',
      `Input "${name}" must be a decoded image { width, height, data } with RGBA bytes`,
      { details: { name } },
    )
  }
  const whole = Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0
  if (!whole || width * height > maxImagePixels || data.length !== width * height * 4) {
    throw new HomingError(
      'INPUT_SHAPE',
      `Input "${name}" is an image of ${width} x ${height} with ${data.length} bytes; it needs 4 bytes a pixel, 1 to ${maxImagePixels} pixels`,
      { details: { name, width, height, bytes: data.length } },
    )
  }
}

/** The image laid on a plain colour (0..255) where it is transparent. */
export function frameOf(image: RgbaImage, [red, green, blue]: readonly [number, number, number]): Frame {
  const { width, height, data } = image
  const pixels = width * height
  const rgb = new Float32Array(pixels * 3)
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += 4, to += 3) {
    const alpha = data[from + 3]!
    if (alpha === 255) {
      rgb[to] = data[from]!
      rgb[to + 1] = data[from + 1]!
      rgb[to + 2] = data[from + 2]!
    } else {
      const share = alpha / 255
      rgb[to] = red + (data[from]! - red) * share
      rgb[to + 1] = green + (data[from + 1]! - green) * share
      rgb[to + 2] = blue + (data[from + 2]! - blue) * share
    }
  }
  return { width, height, channels: 3, data: rgb, source: { left: 0, top: 0, width, height } }
}
