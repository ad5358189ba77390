import { HomingError } from '@homing/protocol'

import { type NumberType, widths } from '../numbers/number-type.ts'

/** A range of a shard: what its numbers are, and where in the base the same numbers begin, if they are there. */
export interface Segment {
  readonly type: NumberType
  /** Bytes, a multiple of the type's width. Segments follow one another, the first at 0, the last to the shard's end. */
  readonly length: number
  /** Offset in the base, where as many bytes lie; undefined where the base has no counterpart. */
  readonly from?: number | undefined
}

/** @throws HomingError PATCH_INVALID unless the segments fill `size` bytes and lie within `baseSize` bytes. */
export function checkSegments(segments: readonly Segment[], size: number, baseSize: number): void {
  let filled = 0
  for (const { type, length, from } of segments) {
    if (length < 1 || length % widths[type] !== 0)
      throw new HomingError('PATCH_INVALID', `A patch has a segment of ${length} bytes of ${type}`)
    if (from !== undefined && from + length > baseSize)
      throw new HomingError('PATCH_INVALID', `A patch reads past the end of its base`)
    filled += length
  }
  if (filled !== size)
    throw new HomingError(
      'PATCH_INVALID',
      `The segments of a patch have ${filled} bytes for a result of ${size}`,
    )
}

/** The old bytes of a segment's range: a view of the base, or zeros where the base has no counterpart. */
export function oldBytes(base: Uint8Array, segment: Segment, offset: number, length: number): Uint8Array {
  if (segment.from === undefined) return new Uint8Array(length)
  return base.subarray(segment.from + offset, segment.from + offset + length)
}
