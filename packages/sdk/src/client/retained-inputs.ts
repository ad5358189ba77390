import { HomingError } from '@homing/protocol'

import type { ImageSource, InputValue } from '../runtime/runtime-api.ts'
import type { PageInput } from './api.ts'

/** Inputs in the form that crosses to a worker. */
export interface RetainedInputs {
  readonly inputs: Readonly<Record<string, InputValue>>
  /** What moves with the message; empty when the inputs are copied and can be sent again. */
  readonly transfer: readonly Transferable[]
}

/**
 * Reads the caller's inputs: arrays are copied and canvases read before this function first awaits, so that the
 * caller may change them at once. With `move`, buffers and bitmaps go to the worker as they are.
 * @throws HomingError INPUT_VALUE for an image that cannot be read, INPUT_DTYPE for what is no input at all.
 */
export async function retainInputs(inputs: Readonly<Record<string, PageInput>>, move: boolean): Promise<RetainedInputs> {
  if (typeof inputs !== 'object' || (inputs as unknown) === null) {
    throw new HomingError('INPUT_NAME', 'predict() takes an object of inputs by name, such as { image }.')
  }
  const transfer: Transferable[] = []
  const entries = Object.entries(inputs).map(async ([name, value]) => [name, await retain(name, value, move, transfer)] as const)
  return { inputs: Object.fromEntries(await Promise.all(entries)), transfer }
}

async function retain(name: string, value: PageInput, move: boolean, transfer: Transferable[]): Promise<InputValue> {
  if (Array.isArray(value)) {
    const items = value as readonly PageInput[]
    return (await Promise.all(items.map((item) => retain(name, item, move, transfer)))) as unknown as InputValue
  }
  if (isTensor(value)) return retainTensor(value, move, transfer)
  if (isImage(value)) return retainImage(name, value, move, transfer)
  if (typeof value === 'object' && (value as unknown) !== null) return { ...value } as InputValue
  throw new HomingError('INPUT_DTYPE', `Input "${name}" is ${typeof value}; pass a tensor, an image or a row of features.`)
}

type Data = Extract<InputValue, { dtype: unknown }>

function isTensor(value: PageInput): value is Data {
  return typeof value === 'object' && 'dtype' in value && 'data' in value && 'shape' in value
}

function retainTensor(tensor: Data, move: boolean, transfer: Transferable[]): Data {
  const { data } = tensor
  if (move && ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer) transfer.push(data.buffer)
  return move ? tensor : ({ ...tensor, shape: [...tensor.shape], data: data.slice() } as Data)
}

function isImage(value: PageInput): value is ImageBitmapSource {
  return [
    globalThis.ImageData,
    globalThis.ImageBitmap,
    globalThis.HTMLCanvasElement,
    globalThis.OffscreenCanvas,
    globalThis.HTMLImageElement,
    globalThis.SVGImageElement,
    globalThis.HTMLVideoElement,
    globalThis.VideoFrame,
    globalThis.Blob,
  ].some((kind) => kind !== undefined && value instanceof kind)
}

async function retainImage(name: string, image: ImageBitmapSource, move: boolean, transfer: Transferable[]): Promise<ImageSource> {
  if (image instanceof ImageData) {
    if (!move) return new ImageData(image.data.slice(), image.width, image.height)
    transfer.push(image.data.buffer)
    return image
  }
  if (move && image instanceof ImageBitmap) {
    transfer.push(image)
    return image
  }
  try {
    return await createImageBitmap(image)
  } catch (cause) {
    throw new HomingError('INPUT_VALUE', `The image of input "${name}" cannot be read: it is empty, broken or of another origin.`, { cause })
  }
}
