import { type Lookup, lookupKeyBytes, lookupRecordBytes, type Tensor, typedArrays } from '@homing/protocol'

import type { LookupFiles } from './prediction-memory.ts'

/** Finds precomputed outputs by the hexadecimal key of encoded inputs. */
export type LookupTable = (key: string) => Record<string, Tensor> | undefined

/** Searches the sorted keys; outputs are copied from the file where one is found. */
export function lookupTable(lookup: Lookup, { keys, outputs }: LookupFiles): LookupTable {
  const record = lookupRecordBytes(lookup)!
  const entries = keys.byteLength / lookupKeyBytes
  return (key) => {
    const wanted = bytesOf(key)
    let [from, to] = [0, entries]
    while (from < to) {
      const middle = (from + to) >> 1
      const order = compare(keys, middle * lookupKeyBytes, wanted)
      if (order === 0) return tensorsAt(lookup, outputs, middle * record)
      if (order < 0) from = middle + 1
      else to = middle
    }
    return undefined
  }
}

function tensorsAt(
  { tensors }: Lookup,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
): Record<string, Tensor> {
  let at = start
  const read = tensors.map(({ name, dtype, shape }) => {
    const array = typedArrays[dtype as Exclude<typeof dtype, 'string'>]
    const length = shape.reduce((product, size) => product * size, 1) * array.BYTES_PER_ELEMENT
    const data = new array(bytes.slice(at, at + length).buffer)
    at += length
    return [name, { dtype, shape, data } as Tensor] as const
  })
  return Object.fromEntries(read)
}

function compare(keys: Uint8Array, start: number, wanted: Uint8Array): number {
  for (let at = 0; at < lookupKeyBytes; at++) {
    const difference = keys[start + at]! - wanted[at]!
    if (difference !== 0) return difference
  }
  return 0
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: lookupKeyBytes }, (_, at) =>
    Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16),
  )
}
