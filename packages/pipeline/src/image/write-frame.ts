import type { Frame } from './frame.ts'

/** Writes a frame at `offset` as [C, H, W] (`nchw`) or [H, W, C] (`nhwc`). Bytes are rounded and clamped to 0..255. */
export function writeFrame(
  frame: Frame,
  layout: 'nchw' | 'nhwc',
  target: Float32Array | Uint8Array,
  offset: number,
): void {
  const { width, height, channels, data } = frame
  if (target instanceof Uint8Array) {
    for (let i = 0; i < data.length; i++) data[i] = Math.min(Math.max(Math.floor(data[i]! + 0.5), 0), 255)
  }
  if (layout === 'nhwc' || channels === 1) {
    target.set(data, offset)
    return
  }
  const plane = width * height
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0, from = channel, to = offset + channel * plane; i < plane; i++, from += channels, to++) {
      target[to] = data[from]!
    }
  }
}
