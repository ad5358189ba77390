import type { Tensor } from '@homing/protocol'

/** Numbers of a tensor. */
export type Numbers = Exclude<Tensor['data'], string[]>

/** The arrays as one of `length` elements, where they lie one after another in one buffer; else undefined. */
export function adjacentArrays(parts: readonly Numbers[], length: number): Numbers | undefined {
  const { buffer, byteOffset, constructor } = parts[0]!
  let end = byteOffset
  for (const part of parts) {
    if (part.buffer !== buffer || part.byteOffset !== end) return undefined
    end += part.byteLength
  }
  return new (constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => Numbers)(
    buffer,
    byteOffset,
    length,
  )
}
