const single = new Float32Array(1)
const singleBits = new Uint32Array(single.buffer)

/** Above this a number rounds to infinity in half precision. */
const infiniteFrom = 65_520

/** Smallest number of half precision that is not subnormal. */
const smallestNormal = 2 ** -14

/** The bits of a number in half precision (IEEE 754 binary16), rounded to the nearest, ties to even. */
export function halfBits(value: number): number {
  single[0] = value
  const bits = singleBits[0]!
  const sign = (bits >>> 16) & 0x8000
  const size = Math.abs(single[0])
  if (Number.isNaN(size)) return sign | 0x7e00
  if (size >= infiniteFrom) return sign | 0x7c00
  if (size < smallestNormal) return sign | roundToEven(size * 2 ** 24)
  const rounded = (bits & 0x7fff_ffff) + 0xfff + ((bits >>> 13) & 1) - 0x3800_0000
  return sign | (rounded >>> 13)
}

/** Numbers in half precision, as their bits. */
export function toHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, halfBits)
}

/**
 * Whether half precision can hold the numbers: none becomes infinite, and a number that stands alone, such as an epsilon,
 * does not vanish. Among many, those below 2^-25 are zeros as good as any.
 */
export function fitsHalf(values: Float32Array): boolean {
  if (values.length === 1 && values[0] !== 0 && (halfBits(values[0]!) & 0x7fff) === 0) return false
  return values.every((value) => Math.abs(value) < infiniteFrom)
}

function roundToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
}
