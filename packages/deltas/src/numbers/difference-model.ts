import type { BitCoder } from '../arithmetic/bit-coder.ts'
import { type NumberType, numberTypes } from './number-type.ts'

/** Magnitudes of an old value that are told apart: a float's exponent, an integer's size. */
const scales = 256
/** Which of the last three values changed: 8 cases. */
const histories = 8
/** Bits below the leading one that are learned; what is below them is as good as even. */
const leadBits = 3

const changeAt = 0
const signAt = changeAt + scales * histories
const lengthAt = signAt + scales * 2
const leadAt = lengthAt + scales * 32
const perType = leadAt + (32 << leadBits)

/** Contexts of the model in all: each type of numbers learns for itself. */
export const differenceContexts = perType * numberTypes.length

/** The magnitude of an ordered integer of each type, 0 to 255: a float's exponent, a byte itself, or a count of bits. */
const scaleOf: Record<NumberType, (size: number) => number> = {
  uint8: (size) => size,
  int8: (size) => size,
  float16: (size) => size >>> 10,
  bfloat16: (size) => size >>> 7,
  int32: (size) => 32 - Math.clz32(size),
  float32: (size) => size >>> 23,
}

/**
 * How differences of one type of numbers are coded, on either side: whether the value changed (by its old magnitude,
 * and by whether the three before it changed), the sign, the number of bits (by the magnitude), the leading bits, and
 * the rest as it is. How far a float's bits move depends on its exponent above all, so where tensors move by absolute
 * amounts this needs less than the zero-order entropy of the differences.
 */
export function differenceModel(
  type: NumberType,
): (coder: BitCoder, old: number, history: number, difference: number) => number {
  const first = perType * numberTypes.indexOf(type)
  const scaleOfSize = scaleOf[type]

  return (coder, old, history, difference) => {
    const wasNegative = old < 0 ? 1 : 0
    const scale = scaleOfSize(wasNegative === 1 ? ~old : old)
    const changed = coder.bit(first + changeAt + scale * histories + history, difference === 0 ? 0 : 1)
    if (changed === 0) return 0
    const negative = coder.bit(first + signAt + scale * 2 + wasNegative, difference < 0 ? 1 : 0)
    const magnitude = Math.abs(difference)
    const length = codeLength(coder, first + lengthAt + scale * 32, 31 - Math.clz32(magnitude))
    const read = codeBelow(coder, first + leadAt + (length << leadBits), length, magnitude)
    return negative === 1 ? -read : read
  }
}

/** A number below 32: its bits from the highest down, each by those before it. */
function codeLength(coder: BitCoder, first: number, length: number): number {
  let node = 1
  for (let bit = 4; bit >= 0; bit--) node = node * 2 + coder.bit(first + node, (length >> bit) & 1)
  return node - 32
}

/** `magnitude`, of which its leading one and the `length` of what is below it are known. */
function codeBelow(coder: BitCoder, first: number, length: number, magnitude: number): number {
  let read = 1
  let left = length
  for (const end = Math.max(0, length - leadBits); left > end;) {
    left--
    read = read * 2 + coder.bit(first + read, (magnitude >>> left) & 1)
  }
  if (left > 16) {
    read = read * 2 ** (left - 16) + coder.bits(left - 16, magnitude >>> 16)
    left = 16
  }
  return read * 2 ** left + coder.bits(left, magnitude)
}
