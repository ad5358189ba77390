import type { RgbaImage } from '@homing/pipeline'

import { derivedSamples } from './config.ts'

/** Mean and standard deviation of some numbers. */
export interface Spread {
  mean: number
  deviation: number
}

/** Writes to `spread` the luminance of an image from 0 to 1 (ITU-R BT.601), looking at evenly spaced pixels. */
export function luminanceOf({ width, height, data }: RgbaImage, spread: Spread): void {
  const pixels = Math.min(width * height, data.length >> 2)
  const step = Math.max(1, Math.floor(pixels / derivedSamples))
  let [count, sum, squares] = [0, 0, 0]
  for (let pixel = 0; pixel < pixels; pixel += step) {
    const at = pixel * 4
    const light = (0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!) / 255
    count += 1
    sum += light
    squares += light * light
  }
  settle(spread, count, sum, squares)
}

/** Writes to `spread` what the numbers from `start` to `end` are like, looking at evenly spaced ones. */
export function numbersLike(
  data: ArrayLike<number | bigint>,
  start: number,
  end: number,
  spread: Spread,
): void {
  const step = Math.max(1, Math.floor((end - start) / derivedSamples))
  let [count, sum, squares] = [0, 0, 0]
  for (let at = start; at < end; at += step) {
    const value = Number(data[at])
    count += 1
    sum += value
    squares += value * value
  }
  settle(spread, count, sum, squares)
}

function settle(spread: Spread, count: number, sum: number, squares: number): void {
  spread.mean = sum / count
  spread.deviation = Math.sqrt(Math.max(0, squares / count - spread.mean ** 2))
}
