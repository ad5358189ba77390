/** A tensor in 8 bits: `values[i] * scales[channel of i]`. */
export interface QuantisedTensor {
  readonly values: Int8Array<ArrayBuffer>
  /** One for each index along the axis. */
  readonly scales: Float32Array<ArrayBuffer>
}

/** Largest size of a value: symmetric, so that zero stays zero and no zero point is needed. */
const largest = 127

/**
 * Rounds numbers to 8 bits, each channel along `axis` by its own largest number, which leaves the least error where
 * channels differ (Krishnamoorthi 2018, "Quantizing deep convolutional networks", 3.1).
 */
export function quantiseTensor(
  numbers: Float32Array,
  shape: readonly number[],
  axis: number,
): QuantisedTensor {
  const channels = shape[axis]!
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1)
  const channelOf = (index: number): number => Math.floor(index / inner) % channels
  const sizes = new Float64Array(channels)
  numbers.forEach((value, index) => {
    const channel = channelOf(index)
    sizes[channel] = Math.max(sizes[channel]!, Math.abs(value))
  })
  // Denormal scales would be flushed to zero by some backends.
  const scales = Float32Array.from(sizes, (size) => (size / largest < smallestScale ? 1 : size / largest))
  const values = Int8Array.from(numbers, (value, index) =>
    Math.max(-largest, Math.min(largest, Math.round(value / scales[channelOf(index)]!))),
  )
  return { values, scales }
}

const smallestScale = 2 ** -100
