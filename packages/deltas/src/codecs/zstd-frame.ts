import { HomingError } from '@homing/protocol'

import { maxZstdWindow } from '../config.ts'

/** Most bytes of a frame's header (RFC 8878 §3.1.1.1): magic, descriptor, window, dictionary id, content size. */
export const longestFrameHeader = 18

/**
 * @param frame at least its header, or all of it
 * @throws HomingError PATCH_INVALID when it is none, or wants more memory for back-references than is allowed.
 */
export function requireSmallWindow(frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const descriptor = frame[4]
  if (frame.length < 6 || view.getUint32(0, true) !== 0xfd2fb528 || descriptor === undefined)
    throw new HomingError('PATCH_INVALID', 'A patch is no zstd frame')
  const isSingleSegment = (descriptor & 0x20) !== 0
  const window = isSingleSegment ? contentSize(view, descriptor) : windowSize(frame[5]!)
  if (window > maxZstdWindow)
    throw new HomingError('PATCH_INVALID', `A zstd frame asks for a window of ${window} bytes`)
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
