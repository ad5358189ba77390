import { type Box, type Frame, sourceOf } from './frame.ts'

/** The part of `frame` inside `box`, which is first cut to the frame; at least one pixel is left. */
export function crop(frame: Frame, box: Box): Frame {
  const { channels } = frame
  const left = clamp(Math.round(box.left), 0, frame.width - 1)
  const top = clamp(Math.round(box.top), 0, frame.height - 1)
  const width = clamp(Math.round(box.left + box.width), left + 1, frame.width) - left
  const height = clamp(Math.round(box.top + box.height), top + 1, frame.height) - top
  if (width === frame.width && height === frame.height) return frame
  const data = new Float32Array(width * height * channels)
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * frame.width + left) * channels
    data.set(frame.data.subarray(from, from + width * channels), y * width * channels)
  }
  return { width, height, channels, data, source: sourceOf(frame, { left, top, width, height }) }
}

/** The largest centred square. */
export function squareOf({ width, height }: Frame): Box {
  const side = Math.min(width, height)
  return {
    left: Math.floor((width - side) / 2),
    top: Math.floor((height - side) / 2),
    width: side,
    height: side,
  }
}

/** The box around all values above `threshold`; the whole frame when there are none (a blank image). */
export function contentOf({ width, height, channels, data }: Frame, threshold: number): Box {
  let [left, right, top, bottom] = [width, -1, height, -1]
  const stride = width * channels
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < stride; i++) {
      if (!(data[y * stride + i]! > threshold)) continue
      const x = channels === 1 ? i : Math.floor(i / channels)
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      bottom = y
    }
  }
  if (right < 0) return { left: 0, top: 0, width, height }
  return { left, top, width: right - left + 1, height: bottom - top + 1 }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max)
}
