import type { Kernel } from '../kernel.ts'
import { type Element, fill, type NumberType } from '../known-tensor.ts'
import { isArithmetic } from './arithmetic.ts'

const unary =
  (numbers: (value: number) => number, bigints?: (value: bigint) => bigint): Kernel =>
  ({ inputs: [x], outputs: [type] }) => {
    if (!type || !isArithmetic(x)) return undefined
    return [
      fill(type, (index) => {
        const value = x.data[index]!
        return typeof value === 'bigint' ? bigints?.(value) : numbers(value)
      }),
    ]
  }

const cast: Kernel = ({ inputs: [x], outputs: [type] }) => {
  if (!type || !isArithmetic(x) || type.dtype === 'float16') return undefined
  return [fill(type, (index) => converted(x.data[index]!, type.dtype))]
}

/** Undefined where the standard leaves the result open. */
function converted(value: Element, dtype: NumberType): Element | undefined {
  if (dtype === 'bool') return value ? 1 : 0
  if (dtype === 'float32' || dtype === 'float64') return Number(value)
  const whole =
    typeof value === 'bigint' ? value : Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined
  if (whole === undefined) return undefined
  const bits = Number(/\d+/.exec(dtype)![0])
  const fits = dtype.startsWith('u') ? BigInt.asUintN(bits, whole) : BigInt.asIntN(bits, whole)
  if (fits !== whole) return undefined
  return bits === 64 ? whole : Number(whole)
}

/** Halves go to the even neighbour (ONNX operators, Round). */
const round = (value: number): number =>
  Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value)

const same = <T>(value: T): T => value

/** Operators on one tensor, element by element, whose result is exact. */
export const functionKernels: Readonly<Record<string, Kernel>> = {
  Cast: cast,
  Abs: unary(Math.abs, (value) => (value < 0n ? -value : value)),
  Ceil: unary(Math.ceil, same),
  Floor: unary(Math.floor, same),
  Neg: unary(
    (value) => -value,
    (value) => -value,
  ),
  Not: unary((value) => (value ? 0 : 1)),
  Reciprocal: unary((value) => 1 / value),
  Round: unary(round),
  Sign: unary(Math.sign, (value) => (value > 0n ? 1n : value < 0n ? -1n : 0n)),
  Sqrt: unary(Math.sqrt),
}
