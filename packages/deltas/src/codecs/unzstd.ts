import { Decompress } from 'fzstd'

import { concatenate } from '../patch/concatenate.ts'
import type { Decompressor } from './codec.ts'
import { longestFrameHeader, oneSmallFrame } from './zstd-frame.ts'

/**
 * Undoes zstd in JavaScript, where no platform does it. A frame may ask for a window of any size, and a few bytes may
 * expand to very many: both are refused before memory is taken for them. A patch is one frame.
 */
export const unzstd: Decompressor = async function* (compressed, size) {
  const expanded: Uint8Array[] = []
  let length = 0
  const stream = new Decompress((chunk) => {
    length += chunk.length
    if (length > size) throw new RangeError(`more than ${size} bytes`)
    expanded.push(chunk)
  })
  let follow: ReturnType<typeof oneSmallFrame> | undefined
  const push = (bytes: Uint8Array, isEnd: boolean): void => {
    follow ??= oneSmallFrame(bytes)
    follow(bytes)
    stream.push(bytes, isEnd)
  }
  /** What has come of the frame's header, until it is whole. */
  let head: Uint8Array = new Uint8Array(0)
  for await (const chunk of compressed) {
    const next = follow ? chunk : concatenate([head, chunk])
    const isWhole = follow !== undefined || next.length >= longestFrameHeader
    head = isWhole ? new Uint8Array(0) : next
    if (!isWhole) continue
    push(next, false)
    yield* expanded.splice(0)
  }
  push(head, true) // throws when the stream is cut off
  yield* expanded.splice(0)
}
