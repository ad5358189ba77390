import type { PipelineInput, RgbaImage } from '@homing/pipeline'
import { HomingError } from '@homing/protocol'

import type { InputValues } from './input-value.ts'

/**
 * The inputs of a call with every bitmap and frame of a video read into pixels and closed.
 * @throws HomingError INPUT_VALUE when one was closed before.
 */
export function readInputs(inputs: InputValues): Readonly<Record<string, PipelineInput>> {
  if (typeof inputs !== 'object' || (inputs as unknown) === null)
    throw new HomingError('INPUT_NAME', 'A call needs an object of inputs by name')
  const read = Object.entries(inputs).map(([name, value]: [string, unknown]) => {
    const pixels = Array.isArray(value) ? value.map((item) => readItem(name, item)) : readItem(name, value)
    return [name, pixels as PipelineInput] as const
  })
  return Object.fromEntries(read)
}

/** Closes the bitmaps and frames of a call that will not run. */
export function closeInputs(inputs: InputValues | null | undefined): void {
  for (const value of Object.values(inputs ?? {}).flat()) {
    if (isBitmap(value) || isFrame(value)) value.close()
  }
}

function readItem(name: string, item: unknown): unknown {
  if (isBitmap(item)) return pixelsOf(name, item, item.width, item.height)
  if (isFrame(item)) return pixelsOf(name, item, item.displayWidth, item.displayHeight)
  return item
}

function pixelsOf(name: string, image: ImageBitmap | VideoFrame, width: number, height: number): RgbaImage {
  if (width === 0 || height === 0)
    throw new HomingError('INPUT_VALUE', `The bitmap of input "${name}" is closed`, { details: { name } })
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  context.drawImage(image, 0, 0, width, height)
  image.close()
  return context.getImageData(0, 0, width, height)
}

function isBitmap(value: unknown): value is ImageBitmap {
  return typeof ImageBitmap !== 'undefined' && value instanceof ImageBitmap
}

function isFrame(value: unknown): value is VideoFrame {
  return typeof VideoFrame !== 'undefined' && value instanceof VideoFrame
}
