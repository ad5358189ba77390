import * as v from 'valibot'

import { FileRefSchema } from './names.ts'
import type { Signature } from './tensor.ts'
import { typedArrays } from './typed-arrays.ts'
import { FixedTensorSchema } from './training.ts'

/** Bytes of a key: a SHA-256. */
export const lookupKeyBytes = 32

/**
 * Predictions that were computed when the version was packed. `keys` is a file of SHA-256s of encoded inputs (`tensorKey`),
 * in ascending order; `outputs` holds, for each key in that order, the bytes of `tensors` one after another.
 */
export const LookupSchema = v.object({
  keys: FileRefSchema,
  outputs: FileRefSchema,
  /** Every output of the signature, little-endian, in the shape that it has for one of these inputs. */
  tensors: v.pipe(v.array(FixedTensorSchema), v.minLength(1), v.maxLength(1024)),
})

/** Predictions that were computed when the version was packed. */
export type Lookup = v.InferOutput<typeof LookupSchema>

/** Bytes of the outputs of one input; undefined where they hold strings, which have no fixed size. */
export function lookupRecordBytes({ tensors }: Pick<Lookup, 'tensors'>): number | undefined {
  let bytes = 0
  for (const { dtype, shape } of tensors) {
    if (dtype === 'string') return undefined
    bytes += shape.reduce((product, size) => product * size, typedArrays[dtype].BYTES_PER_ELEMENT)
  }
  return bytes
}

/** What in a lookup does not fit the signature or its files; undefined where nothing does. */
export function lookupProblem(lookup: Lookup, { outputs }: Signature): string | undefined {
  const { keys, tensors } = lookup
  const names = tensors.map(({ name }) => name)
  const isComplete = names.length === outputs.length && outputs.every(({ name }) => names.includes(name))
  if (!isComplete) return 'has a lookup of other outputs than the signature'
  for (const { name, dtype, shape } of tensors) {
    const spec = outputs.find((output) => output.name === name)!
    const fits =
      shape.length === spec.shape.length &&
      spec.shape.every((dim, axis) => typeof dim === 'string' || dim === shape[axis])
    if (dtype !== spec.dtype || !fits) return `has a lookup in which "${name}" is not as the signature says`
  }
  const record = lookupRecordBytes(lookup)
  if (record === undefined) return 'has a lookup of strings, which have no fixed size'
  if (keys.size % lookupKeyBytes !== 0 || lookup.outputs.size !== (keys.size / lookupKeyBytes) * record)
    return 'has a lookup whose files are not of the size that their entries take'
  return undefined
}
