import { HomingError } from '@homing/protocol'

import { maxZstdWindow } from '../config.ts'

/** Most bytes of a frame's header (RFC 8878 §3.1.1.1): magic, descriptor, window, dictionary id, content size. */
export const longestFrameHeader = 18

/**
 * Looks at the header of a frame, and then follows it by the headers of its blocks (§3.1.1.2).
 * @param frame at least its header, or all of it
 * @returns takes all bytes of the file in turn, before they are expanded. It throws PATCH_INVALID when any follow the
 *   frame: another one could ask for any window.
 * @throws HomingError PATCH_INVALID when it is none, or wants more memory for back-references than is allowed.
 */
export function oneSmallFrame(frame: Uint8Array): (chunk: Uint8Array) => void {
  const descriptor = requireSmallWindow(frame)
  const hasChecksum = (descriptor & 0x04) !== 0
  /** Bytes to pass over before the next header of a block. */
  let skipped = headerSize(descriptor)
  let [header, read, isLast] = [0, 0, false]
  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      if (skipped > 0) {
        const step = Math.min(skipped, chunk.length - at)
        skipped -= step
        at += step
        continue
      }
      if (isLast) throw new HomingError('PATCH_INVALID', 'A patch goes on behind its zstd frame')
      header |= chunk[at++]! << (8 * read++)
      if (read < 3) continue
      isLast = (header & 1) !== 0
      const isRepeated = ((header >> 1) & 3) === 1 // one byte stands for all of the block
      skipped = (isRepeated ? 1 : header >> 3) + (isLast && hasChecksum ? 4 : 0)
      header = read = 0
    }
  }
}

/** The frame's descriptor, once its window is known to be small. */
function requireSmallWindow(frame: Uint8Array): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const descriptor = frame[4]
  if (frame.length < 6 || view.getUint32(0, true) !== 0xfd2fb528 || descriptor === undefined)
    throw new HomingError('PATCH_INVALID', 'A patch is no zstd frame')
  const isSingleSegment = (descriptor & 0x20) !== 0
  const window = isSingleSegment ? contentSize(view, descriptor) : windowSize(frame[5]!)
  if (window > maxZstdWindow)
    throw new HomingError('PATCH_INVALID', `A zstd frame asks for a window of ${window} bytes`)
  return descriptor
}

/** Magic, descriptor, window, dictionary id, content size. */
function headerSize(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  const contentSizeBytes = sizeFlag > 0 ? 2 ** sizeFlag : isSingleSegment ? 1 : 0
  return 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]! + contentSizeBytes
}

/** RFC 8878 §3.1.1.1.2. */
function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}

/** RFC 8878 §3.1.1.1.4, of a frame whose content is its window. */
function contentSize(view: DataView, descriptor: number): number {
  const at = 5 + [0, 1, 2, 4][descriptor & 3]!
  const bytes = [1, 2, 4, 8][descriptor >> 6]!
  if (at + bytes > view.byteLength) return Infinity
  if (bytes === 1) return view.getUint8(at)
  if (bytes === 2) return view.getUint16(at, true) + 256
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true))
}
