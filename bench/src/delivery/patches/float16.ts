const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)

/** The bits of the float16 nearest to `value` (ties to even, subnormals too); beyond its range, infinity. */
export function float16(value: number): number {
  float[0] = value
  const bits = word[0]!
  const sign = (bits >>> 16) & 0x8000
  const exponent = ((bits >>> 23) & 0xff) - 112
  if (exponent >= 31) return sign | 0x7c00
  if (exponent < -10) return sign
  const mantissa = exponent > 0 ? bits & 0x7fffff : (bits & 0x7fffff) | 0x800000
  const dropped = exponent > 0 ? 13 : 14 - exponent
  const kept = mantissa >>> dropped
  const rest = mantissa & ((1 << dropped) - 1)
  const half = 1 << (dropped - 1)
  const up = rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0
  return sign | (((exponent > 0 ? exponent << 10 : 0) | kept) + up)
}
