import type { Frame } from './frame.ts'

/** One channel by ITU-R BT.601. */
export function greyscale(frame: Frame): Frame {
  if (frame.channels === 1) return frame
  const { width, height, data, source } = frame
  const grey = new Float32Array(width * height)
  for (let i = 0, from = 0; i < grey.length; i++, from += 3) {
    grey[i] = 0.299 * data[from]! + 0.587 * data[from + 1]! + 0.114 * data[from + 2]!
  }
  return { width, height, channels: 1, data: grey, source }
}

/** 255 - value, in place. */
export function invert(frame: Frame): Frame {
  const { data } = frame
  for (let i = 0; i < data.length; i++) data[i] = 255 - data[i]!
  return frame
}

/** value * by, in place. */
export function scale(frame: Frame, by: number): Frame {
  const { data } = frame
  for (let i = 0; i < data.length; i++) data[i] = data[i]! * by
  return frame
}

/** (value - mean) / std, in place; one mean for all channels or one for each. */
export function normalise(frame: Frame, mean: readonly number[], std: readonly number[]): Frame {
  const { channels, data } = frame
  for (let channel = 0; channel < channels; channel++) {
    const subtract = mean[mean.length === 1 ? 0 : channel]!
    const divide = std[std.length === 1 ? 0 : channel]!
    for (let i = channel; i < data.length; i += channels) data[i] = (data[i]! - subtract) / divide
  }
  return frame
}
