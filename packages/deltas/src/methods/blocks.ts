import { blockValues } from '../config.ts'
import { type NumberType, widths } from '../numbers/number-type.ts'
import { oldBytes, type Segment } from '../patch/segment.ts'

/** Up to 65,536 numbers of one segment. */
export interface Block {
  readonly type: NumberType
  readonly width: 1 | 2 | 4
  /** Numbers in it. */
  readonly count: number
  /** Offset and length in the result, bytes. */
  readonly at: number
  readonly length: number
  /** What the base has in its place. */
  readonly old: Uint8Array
}

/** The blocks of a result, in order. */
export function* blocksOf(segments: readonly Segment[], base: Uint8Array): Generator<Block> {
  let start = 0
  for (const segment of segments) {
    const width = widths[segment.type]
    for (let offset = 0; offset < segment.length; offset += blockValues * width) {
      const length = Math.min(segment.length - offset, blockValues * width)
      const old = oldBytes(base, segment, offset, length)
      yield { type: segment.type, width, count: length / width, at: start + offset, length, old }
    }
    start += segment.length
  }
}
