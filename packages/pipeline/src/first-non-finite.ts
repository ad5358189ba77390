import type { Tensor } from '@homing/protocol'

const float16Exponent = 0x7c00

/** Index of the first NaN or infinity in a float tensor, or -1. Other dtypes hold none. */
export function firstNonFinite({ dtype, data }: Tensor): number {
  if (dtype === 'float32' || dtype === 'float64') {
    // x * 0 is NaN for NaN and infinities only; one branch at the end leaves the loop tight.
    let sum = 0
    for (let i = 0; i < data.length; i++) sum += data[i]! * 0
    return sum === 0 ? -1 : data.findIndex((value) => !Number.isFinite(value))
  }
  if (dtype === 'float16') return data.findIndex((bits) => (bits & float16Exponent) === float16Exponent)
  return -1
}
