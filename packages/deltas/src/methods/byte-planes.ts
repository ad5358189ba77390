import { type Scratch, add, scratch, subtract } from '../numbers/differences.ts'
import { groupBytes, ungroupBytes } from '../numbers/group-bytes.ts'
import { widths } from '../numbers/number-type.ts'
import { readOrdered } from '../numbers/ordered.ts'
import type { ByteReader } from '../patch/byte-reader.ts'
import type { Segment } from '../patch/segment.ts'
import { type Block, blocksOf } from './blocks.ts'

/** How a number is told by the one in its place: by the bits that differ, or by how far apart they are. */
export type Change = 'xor' | 'difference'

/** The changes of all numbers, as wide as the numbers, their bytes grouped block by block. */
export function encodePlanes(
  change: Change,
  segments: readonly Segment[],
  base: Uint8Array,
  target: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(target.length)
  const room = scratch()
  for (const block of blocksOf(segments, base)) {
    const now = target.subarray(block.at, block.at + block.length)
    const changes = change === 'xor' ? xor(block.old, now) : folded(block, now, room)
    groupBytes(changes, widths[block.type], out.subarray(block.at, block.at + block.length))
  }
  return out
}

/** The inverse. @throws HomingError PATCH_INVALID. */
export async function decodePlanes(
  change: Change,
  reader: ByteReader,
  segments: readonly Segment[],
  base: Uint8Array,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const result = new Uint8Array(size)
  const room = scratch()
  for (const block of blocksOf(segments, base)) {
    const changes = new Uint8Array(block.length)
    ungroupBytes(await reader.take(block.length), widths[block.type], changes)
    const into = result.subarray(block.at, block.at + block.length)
    if (change === 'xor') into.set(xor(block.old, changes))
    else unfold(block, changes, room, into)
  }
  return result
}

function xor(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((byte, i) => byte ^ other[i]!)
}

/** Differences as unsigned numbers, small ones of either sign first: 0, -1, 1, -2 and so on. */
function folded({ type, old, count }: Block, now: Uint8Array, room: Scratch): Uint8Array {
  const width = widths[type]
  subtract(type, old, now, room)
  const bytes = new Uint8Array(old.length)
  for (let i = 0; i < count; i++) {
    const number = (room.now[i]! << 1) ^ (room.now[i]! >> 31)
    for (let byte = 0; byte < width; byte++) bytes[i * width + byte] = number >>> (8 * byte)
  }
  return bytes
}

function unfold({ type, old, count }: Block, changes: Uint8Array, room: Scratch, into: Uint8Array): void {
  const width = widths[type]
  readOrdered(type, old, room.old)
  for (let i = 0; i < count; i++) {
    let number = 0
    for (let byte = 0; byte < width; byte++) number |= changes[i * width + byte]! << (8 * byte)
    room.now[i] = (number >>> 1) ^ -(number & 1)
  }
  add(type, room, into)
}
