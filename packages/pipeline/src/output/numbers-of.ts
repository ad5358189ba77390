import { HomingError, type Tensor } from '@homing/protocol'

/** The numbers of a tensor as float64. 64-bit integers lose what lies beyond 2^53. */
export function numbersOf(tensor: Tensor): Float64Array {
  switch (tensor.dtype) {
    case 'string':
      throw new HomingError('PIPELINE_INVALID', 'A tensor of strings cannot be read as numbers')
    case 'int64':
    case 'uint64':
      return Float64Array.from(tensor.data, Number)
    case 'float16':
      return Float64Array.from(tensor.data, float16)
    default:
      return Float64Array.from(tensor.data)
  }
}

/** The value of an IEEE 754 half-precision number from its bits. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
