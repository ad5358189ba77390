import { type Frame, sourceOf } from './frame.ts'
import { type Filter, type Taps, tapsOf } from './taps.ts'

/** How a frame of another aspect ratio meets the new size. */
export type Fit = 'fill' | 'contain' | 'cover'

/** The size that a frame of `width` x `height` gets: smaller on one side for `contain`, else the size asked for. */
function fittedSize(
  fit: Fit,
  width: number,
  height: number,
  to: { width: number; height: number },
): { width: number; height: number } {
  if (fit !== 'contain') return { width: to.width, height: to.height }
  const by = Math.min(to.width / width, to.height / height)
  return { width: Math.max(1, Math.round(width * by)), height: Math.max(1, Math.round(height * by)) }
}

/** Resizes in two passes, along rows and then along columns; `cover` reads the centred part of the new aspect ratio. */
export function resize(frame: Frame, to: { width: number; height: number }, fit: Fit, filter: Filter): Frame {
  const { width, height } = fittedSize(fit, frame.width, frame.height, to)
  if (width === frame.width && height === frame.height) return frame
  const by = Math.max(width / frame.width, height / frame.height)
  const spanX = fit === 'cover' ? width / by : frame.width
  const spanY = fit === 'cover' ? height / by : frame.height
  const [left, top] = [(frame.width - spanX) / 2, (frame.height - spanY) / 2]
  const columns = tapsOf(filter, frame.width, left, spanX, width)
  const rows = tapsOf(filter, frame.height, top, spanY, height)
  const source = sourceOf(frame, { left, top, width: spanX, height: spanY })
  return { ...alongColumns(alongRows(frame, columns, width), rows, height), source }
}

type Pixels = Omit<Frame, 'source'>

function alongRows(frame: Pixels, { first, count, weights, stride }: Taps, width: number): Pixels {
  const { height, channels, data: source } = frame
  const data = new Float32Array(width * height * channels)
  let to = 0
  for (let y = 0; y < height; y++) {
    const row = y * frame.width
    for (let x = 0; x < width; x++) {
      const [from, taps, weight] = [(row + first[x]!) * channels, count[x]!, x * stride]
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        for (let k = 0, at = from + channel; k < taps; k++, at += channels)
          sum += weights[weight + k]! * source[at]!
        data[to++] = sum
      }
    }
  }
  return { width, height, channels, data }
}

function alongColumns(frame: Pixels, { first, count, weights, stride }: Taps, height: number): Pixels {
  const { width, channels, data: source } = frame
  const line = width * channels
  const data = new Float32Array(line * height)
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < count[y]!; k++) {
      const weight = weights[y * stride + k]!
      const from = (first[y]! + k) * line
      for (let i = 0, to = y * line; i < line; i++, to++) data[to] = data[to]! + weight * source[from + i]!
    }
  }
  return { width, height, channels, data }
}
