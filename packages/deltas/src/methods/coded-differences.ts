import { arithmeticDecoder } from '../arithmetic/arithmetic-decoder.ts'
import { arithmeticEncoder } from '../arithmetic/arithmetic-encoder.ts'
import type { BitCoder } from '../arithmetic/bit-coder.ts'
import { differenceContexts, differenceModel } from '../numbers/difference-model.ts'
import { add, scratch, type Scratch, subtract } from '../numbers/differences.ts'
import { readOrdered } from '../numbers/ordered.ts'
import type { ByteReader } from '../patch/byte-reader.ts'
import { putVarint } from '../patch/patch-header.ts'
import { concatenate } from '../patch/concatenate.ts'
import type { Segment } from '../patch/segment.ts'
import { type Block, blocksOf } from './blocks.ts'

/** Differences coded number by number: for each block the count of its bytes, and the bytes; none when nothing changed. */
export async function encodeDifferences(
  segments: readonly Segment[],
  base: Uint8Array,
  target: Uint8Array,
  pause: () => Promise<void>,
): Promise<Uint8Array<ArrayBuffer>> {
  const coder = arithmeticEncoder(differenceContexts)
  const room = scratch()
  const parts: Uint8Array[] = []
  for (const block of blocksOf(segments, base)) {
    await pause()
    subtract(block.type, block.old, target.subarray(block.at, block.at + block.length), room)
    const same = !room.now.subarray(0, block.count).some((difference) => difference !== 0)
    if (!same) codeBlock(coder, block, room)
    const run = same ? new Uint8Array(0) : coder.finish()
    const head: number[] = []
    putVarint(head, run.length)
    parts.push(Uint8Array.from(head), run)
  }
  return concatenate(parts)
}

/** The inverse. @throws HomingError PATCH_INVALID. */
export async function decodeDifferences(
  reader: ByteReader,
  segments: readonly Segment[],
  base: Uint8Array,
  size: number,
  pause: () => Promise<void>,
): Promise<Uint8Array<ArrayBuffer>> {
  const result = new Uint8Array(size)
  const coder = arithmeticDecoder(differenceContexts)
  const room = scratch()
  for (const block of blocksOf(segments, base)) {
    const into = result.subarray(block.at, block.at + block.length)
    const length = await reader.varint()
    if (length === 0) {
      into.set(block.old)
      continue
    }
    await pause()
    coder.start(await reader.take(length))
    readOrdered(block.type, block.old, room.old)
    codeBlock(coder, block, room)
    add(block.type, room, into)
  }
  return result
}

/** Codes the differences in `room.now`, or reads them into it: the same steps on either side. */
function codeBlock(coder: BitCoder, { type, count }: Block, { old, now }: Scratch): void {
  const code = differenceModel(type)
  let history = 0
  for (let i = 0; i < count; i++) {
    const difference = code(coder, old[i]!, history, now[i]!)
    now[i] = difference
    history = ((history << 1) | (difference === 0 ? 0 : 1)) & 7
  }
}
