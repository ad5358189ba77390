import { HomingError } from '@homing/protocol'

import type { ImageSource, InputValue } from '../inputs/input-value.ts'
import type { PageInput } from './page-input.ts'

/** Inputs in the form that crosses to a worker. */
export interface RetainedInputs {
  readonly inputs: Readonly<Record<string, InputValue>>
  /** What moves with the message; empty when the inputs are copied and can be sent again. */
  readonly transfer: readonly Transferable[]
  /** There where bitmaps or frames were made, of which `sentInputs` sends copies. */
  readonly pictures?: true
  /** Frees the bitmaps and frames that were made here, once the inputs will not be sent again. */
  readonly release: () => void
}

/**
 * Reads the caller's inputs: arrays are copied and canvases read before this function first awaits, so that the
 * caller may change them at once. Files go to the worker as they are, which decodes them; with `move`, buffers, bitmaps and
 * frames too.
 * @throws HomingError INPUT_VALUE for what cannot be read or copied, INPUT_DTYPE for what is no input at all.
 */
export async function retainInputs(
  inputs: Readonly<Record<string, PageInput>>,
  move: boolean,
): Promise<RetainedInputs> {
  if (typeof inputs !== 'object' || (inputs as unknown) === null) {
    throw new HomingError('INPUT_NAME', 'Pass an object of inputs by name, such as { image }.')
  }
  const transfer: Transferable[] = []
  const made: Promise<ImageBitmap | VideoFrame>[] = []
  const entries = Object.entries(inputs).map(
    async ([name, value]) => [name, await retain(name, value, { move, transfer, made })] as const,
  )
  const release = (): void => {
    for (const making of made) {
      making.then(
        (bitmap) => bitmap.close(),
        () => undefined, // told to the caller
      )
    }
  }
  try {
    const read = Object.fromEntries(await Promise.all(entries))
    return {
      inputs: read,
      transfer: [...new Set(transfer)],
      ...(made.length > 0 ? { pictures: true } : {}),
      release,
    }
  } catch (error) {
    release()
    throw error
  }
}

/** How one call's inputs are taken, and what was taken so far. */
interface Taking {
  readonly move: boolean
  readonly transfer: Transferable[]
  readonly made: Promise<ImageBitmap | VideoFrame>[]
}

async function retain(name: string, value: PageInput | null, taking: Taking): Promise<InputValue> {
  if (typeof value !== 'object' || value === null) {
    throw new HomingError(
      'INPUT_DTYPE',
      `Input "${name}" is ${String(value)}; pass a tensor, an image or a row of features.`,
    )
  }
  if (isList(value)) {
    return (await Promise.all(value.map((item) => retain(name, item, taking)))) as unknown as InputValue
  }
  if (isImage(value)) return retainImage(name, value, taking)
  try {
    return isTensor(value) ? retainTensor(value, taking) : structuredClone(value)
  } catch (cause) {
    throw new HomingError(
      'INPUT_VALUE',
      `Input "${name}" cannot be copied: pass plain data, in a buffer that was not transferred before.`,
      { cause },
    )
  }
}

function isList(value: PageInput): value is readonly ImageBitmapSource[] {
  return Array.isArray(value)
}

type Data = Extract<InputValue, { dtype: unknown }>

function isTensor(value: PageInput): value is Data {
  return 'dtype' in value && 'data' in value && 'shape' in value
}

function retainTensor(tensor: Data, { move, transfer }: Taking): Data {
  const { data } = tensor
  if (!move) return { ...tensor, shape: [...tensor.shape], data: data.slice() } as Data
  if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer) transfer.push(whole(data.buffer))
  return tensor
}

/** `buffer`, unless it went to another thread before. Not every browser can tell. */
function whole(buffer: ArrayBuffer): ArrayBuffer {
  if ((buffer as { detached?: boolean }).detached) throw new TypeError('The buffer was transferred before.')
  return buffer
}

function isImage(value: PageInput): value is ImageBitmapSource {
  return imageKinds.some((kind) => {
    const constructor = (globalThis as Record<string, unknown>)[kind]
    return typeof constructor === 'function' && value instanceof constructor
  })
}

/** Not every browser has all of them. */
const imageKinds = [
  'ImageData',
  'ImageBitmap',
  'HTMLCanvasElement',
  'OffscreenCanvas',
  'HTMLImageElement',
  'SVGImageElement',
  'HTMLVideoElement',
  'VideoFrame',
  'Blob',
]

function isFrame(image: ImageBitmapSource): image is VideoFrame {
  return typeof VideoFrame !== 'undefined' && image instanceof VideoFrame
}

async function retainImage(
  name: string,
  image: ImageBitmapSource,
  { move, transfer, made }: Taking,
): Promise<ImageSource> {
  if (image instanceof ImageData && image.data.length > 0) {
    if (!move) return new ImageData(image.data.slice(), image.width, image.height)
    transfer.push(image.data.buffer)
    return image
  }
  if (image instanceof Blob) return image
  const frame = isFrame(image)
  if (move && (frame ? image.displayWidth > 0 : image instanceof ImageBitmap && image.width > 0)) {
    transfer.push(image as ImageBitmap | VideoFrame)
    return image as ImageBitmap | VideoFrame
  }
  try {
    const making = frame ? Promise.resolve(image.clone()) : createImageBitmap(image) // a frame's clone shares its pixels
    made.push(making)
    return await making
  } catch (cause) {
    throw new HomingError(
      'INPUT_VALUE',
      `The image of input "${name}" cannot be read: it is empty, broken, closed or of another origin.`,
      { cause },
    )
  }
}
