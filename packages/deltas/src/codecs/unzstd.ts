import { Decompress } from 'fzstd'

import { concatenate } from '../patch/concatenate.ts'
import type { Decompressor } from './codec.ts'
import { longestFrameHeader, requireSmallWindow } from './zstd-frame.ts'

/**
 * Undoes zstd in JavaScript, where no platform does it. A frame may ask for a window of any size, and a few bytes may
 * expand to very many: both are refused before memory is taken for them.
 */
export const unzstd: Decompressor = async function* (compressed, size) {
  const expanded: Uint8Array[] = []
  let length = 0
  const stream = new Decompress((chunk) => {
    length += chunk.length
    if (length > size) throw new RangeError(`more than ${size} bytes`)
    expanded.push(chunk)
  })
  /** What has come of the frame's header, until it is whole. */
  let head: Uint8Array | undefined = new Uint8Array(0)
  for await (const chunk of compressed) {
    const next: Uint8Array = head ? concatenate([head, chunk]) : chunk
    if (head && next.length < longestFrameHeader) {
      head = next
      continue
    }
    if (head) requireSmallWindow(next)
    head = undefined
    stream.push(next)
    yield* expanded.splice(0)
  }
  if (head) requireSmallWindow(head)
  stream.push(head ?? new Uint8Array(0), true) // throws when the stream is cut off
  yield* expanded.splice(0)
}
