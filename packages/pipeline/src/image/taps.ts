/** How a resize reads its source. `area` averages what each new pixel covers: right for making smaller. */
export type Filter = 'nearest' | 'bilinear' | 'area'

/** For each new position along one axis: the first source position, how many, and the weight of each. */
export interface Taps {
  readonly first: Int32Array
  readonly count: Int32Array
  /** `stride` weights for each new position. */
  readonly weights: Float32Array
  readonly stride: number
}

/**
 * Weights that map the source interval [from, from + span) of an axis with `size` pixels to `target` pixels.
 * Pixel i covers [i, i + 1), as in canvas and in PyTorch without `align_corners`. Weights of a pixel sum to 1.
 */
export function tapsOf(filter: Filter, size: number, from: number, span: number, target: number): Taps {
  const step = span / target
  const stride = filter === 'nearest' ? 1 : filter === 'bilinear' ? 2 : Math.ceil(step) + 1
  const first = new Int32Array(target)
  const count = new Int32Array(target)
  const weights = new Float32Array(target * stride)
  for (let i = 0; i < target; i++) {
    if (filter === 'nearest') {
      first[i] = within(Math.floor(from + (i + 0.5) * step), size)
      count[i] = 1
      weights[i] = 1
    } else if (filter === 'bilinear') {
      const centre = Math.min(Math.max(from + (i + 0.5) * step - 0.5, 0), size - 1)
      const low = Math.min(Math.floor(centre), Math.max(size - 2, 0))
      first[i] = low
      count[i] = Math.min(2, size)
      weights[i * 2] = 1 - (centre - low)
      weights[i * 2 + 1] = centre - low
    } else {
      const [start, end] = [from + i * step, from + (i + 1) * step]
      const low = within(Math.floor(start), size)
      const high = Math.max(low + 1, Math.min(Math.ceil(end), size))
      first[i] = low
      count[i] = Math.min(high - low, stride)
      let sum = 0
      for (let k = 0; k < count[i]!; k++) {
        const covered = Math.max(0, Math.min(end, low + k + 1) - Math.max(start, low + k))
        weights[i * stride + k] = covered
        sum += covered
      }
      for (let k = 0; k < count[i]!; k++)
        weights[i * stride + k] = sum > 0 ? weights[i * stride + k]! / sum : 1 / count[i]!
    }
  }
  return { first, count, weights, stride }
}

function within(index: number, size: number): number {
  return Math.min(Math.max(index, 0), size - 1)
}
