import type { InputValue } from '../inputs/input-value.ts'
import type { RetainedInputs } from './retained-inputs.ts'

/** Inputs on their way to a worker, and what of them moves there. */
export type SentInputs = Pick<RetainedInputs, 'inputs' | 'transfer'>

/**
 * Inputs for one sending, with every retained bitmap and frame in a copy of its own, which moves. Copies share their pixels;
 * what is not moved is copied by the page's thread, pixel by pixel: 0.2 s for a photograph.
 */
export async function sentInputs({ inputs, transfer }: SentInputs): Promise<SentInputs> {
  const moved: Transferable[] = [...transfer]
  const copied = async <T>(value: T): Promise<T> => {
    if (!isPicture(value) || transfer.includes(value)) return value
    const copy = value instanceof ImageBitmap ? await createImageBitmap(value) : value.clone()
    moved.push(copy)
    return copy as T
  }
  const entries = Object.entries(inputs).map(async ([name, value]) => {
    const own: unknown = Array.isArray(value) ? await Promise.all(value.map(copied)) : await copied(value)
    return [name, own as InputValue] as const
  })
  return { inputs: Object.fromEntries(await Promise.all(entries)), transfer: moved }
}

function isPicture(value: unknown): value is ImageBitmap | VideoFrame {
  return (
    (typeof ImageBitmap !== 'undefined' && value instanceof ImageBitmap) ||
    (typeof VideoFrame !== 'undefined' && value instanceof VideoFrame)
  )
}
