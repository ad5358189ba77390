import { HomingError } from '@homing/protocol'

import { leastCopy } from '../config.ts'
import type { ByteReader } from '../patch/byte-reader.ts'
import { putVarint } from '../patch/patch-header.ts'
import { oldBytes, type Segment } from '../patch/segment.ts'

/** The base in the result's order: what a range copy copies from. */
function alignedBase(segments: readonly Segment[], base: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const aligned = new Uint8Array(size)
  let at = 0
  for (const segment of segments) {
    aligned.set(oldBytes(base, segment, 0, segment.length), at)
    at += segment.length
  }
  return aligned
}

/** Changed ranges: again and again how many bytes are as in the base, how many are not, and those that are not. */
export function encodeRanges(
  segments: readonly Segment[],
  base: Uint8Array,
  target: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const old = alignedBase(segments, base, target.length)
  const out = new Uint8Array(2 * target.length + 16)
  let length = 0
  let at = 0
  while (at < target.length) {
    const changed = firstChange(old, target, at)
    const equal = endOfChange(old, target, changed)
    const lengths: number[] = []
    putVarint(lengths, changed - at)
    putVarint(lengths, equal - changed)
    out.set(lengths, length)
    length += lengths.length
    out.set(target.subarray(changed, equal), length)
    length += equal - changed
    at = equal
  }
  return out.slice(0, length)
}

function firstChange(old: Uint8Array, target: Uint8Array, from: number): number {
  let at = from
  while (at < target.length && old[at] === target[at]) at++
  return at
}

/** Where at least `leastCopy` equal bytes follow, or the end. */
function endOfChange(old: Uint8Array, target: Uint8Array, from: number): number {
  let equal = 0
  for (let at = from; at < target.length; at++) {
    equal = old[at] === target[at] ? equal + 1 : 0
    if (equal === leastCopy) return at + 1 - equal
  }
  return target.length - equal
}

/** The inverse. @throws HomingError PATCH_INVALID. */
export async function decodeRanges(
  reader: ByteReader,
  segments: readonly Segment[],
  base: Uint8Array,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const result = alignedBase(segments, base, size)
  for (let at = 0; at < size;) {
    const equal = await reader.varint()
    const changed = await reader.varint()
    if (equal + changed > size - at || equal + changed === 0)
      throw new HomingError('PATCH_INVALID', 'A range of a patch lies outside its result')
    result.set(await reader.take(changed), at + equal)
    at += equal + changed
  }
  return result
}
