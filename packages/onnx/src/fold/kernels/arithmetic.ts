import type { Kernel } from '../kernel.ts'
import { broadcastTo, type Element, fill, type KnownTensor } from '../known-tensor.ts'

type Operation = (a: Element, b: Element, whole: boolean) => Element | undefined

/** An operation on numbers and on bigints, which JavaScript spells alike but types apart. */
const both =
  (numbers: (a: number, b: number) => number, bigints: (a: bigint, b: bigint) => bigint): Operation =>
  (a, b) =>
    typeof a === 'bigint' ? bigints(a, b as bigint) : numbers(a, b as number)

const divide: Operation = (a, b, whole) => {
  if (!whole) return Number(a) / Number(b)
  if (Number(b) === 0) return undefined
  return typeof a === 'bigint' ? a / (b as bigint) : Math.trunc(a / Number(b))
}

/** Exact for whole numbers alone, as long as JavaScript's numbers are. */
const power: Operation = (a, b, whole) => {
  const result = Number(a) ** Number(b)
  if (!whole || Number(b) < 0 || !Number.isSafeInteger(result)) return undefined
  return typeof a === 'bigint' ? BigInt(result) : result
}

const compare =
  (test: (a: Element, b: Element) => boolean): Operation =>
  (a, b) =>
    test(a, b) ? 1 : 0
/** Engines differ on NaN. */
const extreme =
  (first: (a: Element, b: Element) => boolean): Operation =>
  (a, b) =>
    Number.isNaN(a) || Number.isNaN(b) ? undefined : first(a, b) ? a : b

const operations: Readonly<Record<string, Operation>> = {
  Add: both(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  Sub: both(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  Mul: both(
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  Div: divide,
  Pow: power,
  Min: extreme((a, b) => a < b),
  Max: extreme((a, b) => a > b),
  And: compare((a, b) => Boolean(a) && Boolean(b)),
  Or: compare((a, b) => Boolean(a) || Boolean(b)),
  Xor: compare((a, b) => Boolean(a) !== Boolean(b)),
  Equal: compare((a, b) => a === b),
  Less: compare((a, b) => a < b),
  LessOrEqual: compare((a, b) => a <= b),
  Greater: compare((a, b) => a > b),
  GreaterOrEqual: compare((a, b) => a >= b),
}

const elementwise =
  (operation: Operation): Kernel =>
  ({ inputs, outputs: [type] }) => {
    if (!type || !inputs.every((input) => isArithmetic(input))) return undefined
    const operands = inputs.map((input) => broadcastTo(input, type.shape))
    const [first, ...rest] = operands
    if (!first || rest.some((operand) => operand?.dtype !== first.dtype)) return undefined
    const whole = !first.dtype.startsWith('float')
    return [
      fill(type, (index) =>
        rest.reduce<Element | undefined>(
          (value, operand) =>
            value === undefined ? undefined : operation(value, operand!.data[index]!, whole),
          first.data[index],
        ),
      ),
    ]
  }

/** Mod: the sign of the divisor, or with `fmod` that of the dividend. */
const mod: Kernel = (node) => {
  const fmod = node.attributes.int('fmod', 0) === 1
  return elementwise((a, b) => {
    if (Number(b) === 0) return undefined
    if (typeof a === 'bigint')
      return fmod ? a % (b as bigint) : ((a % (b as bigint)) + (b as bigint)) % (b as bigint)
    return fmod ? a % Number(b) : ((a % Number(b)) + Number(b)) % Number(b)
  })(node)
}

const where: Kernel = ({ inputs, outputs: [type] }) => {
  const [condition, yes, no] = inputs.map((input) => input && type && broadcastTo(input, type.shape))
  if (!type || !condition || !yes || !no) return undefined
  return [fill(type, (index) => (condition.data[index] ? yes : no).data[index])]
}

/** float16 is at hand as bits. */
export function isArithmetic(input: KnownTensor | undefined): input is KnownTensor {
  return input !== undefined && input.dtype !== 'float16'
}

/** Operators on two tensors or more, element by element. */
export const arithmeticKernels: Readonly<Record<string, Kernel>> = {
  ...Object.fromEntries(Object.entries(operations).map(([name, run]) => [name, elementwise(run)])),
  Mod: mod,
  Where: where,
}
