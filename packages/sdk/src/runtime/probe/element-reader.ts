import { HomingError, type Tensor } from '@homing/protocol'

/** Reads the elements of a tensor as numbers. @throws HomingError PROBE_INVALID for strings. */
export function elementReader({ dtype, data }: Tensor): (index: number) => number {
  switch (dtype) {
    case 'float16':
      return (index) => halfAsNumber(data[index]!)
    case 'string':
      throw new HomingError(
        'PROBE_INVALID',
        'Strings have no distance, so outputs of strings cannot be probed.',
      )
    default:
      return (index) => Number(data[index])
  }
}

/** The number whose IEEE 754 binary16 bits these are. */
function halfAsNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
