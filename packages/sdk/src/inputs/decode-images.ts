import { HomingError } from '@homing/protocol'

import { isFile } from './has-files.ts'
import type { InputValue, InputValues } from './input-value.ts'
import { closeInputs } from './read-inputs.ts'

/**
 * The inputs of a call with image files decoded, in the worker that asks: no other thread waits for them.
 * @throws HomingError INPUT_VALUE for a file that cannot be read or is no image; what was decoded is closed.
 */
export async function decodeImages(inputs: InputValues): Promise<InputValues> {
  const entries = Object.entries(inputs).map(async ([name, value]: [string, unknown]) => {
    const decoded = Array.isArray(value)
      ? await everyOne(value.map((item) => decodeItem(name, item)))
      : await decodeItem(name, value)
    return { [name]: decoded as InputValue }
  })
  return Object.assign({}, ...(await everyOne(entries))) as InputValues
}

/** Waits for all, so that a failure of one leaves no decoded image open. */
async function everyOne<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const ends = await Promise.allSettled(work)
  const failed = ends.find((end) => end.status === 'rejected')
  const done = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
  if (!failed) return done
  for (const value of done) closeInputs({ value: value as InputValue })
  throw failed.reason
}

async function decodeItem(name: string, item: unknown): Promise<unknown> {
  if (!isFile(item)) return item
  try {
    return await createImageBitmap(item)
  } catch (cause) {
    throw new HomingError(
      'INPUT_VALUE',
      `The file of input "${name}" (${item.type || 'no type'}, ${item.size} bytes) cannot be read as an image.`,
      { details: { name }, cause },
    )
  }
}
