import type { Emitter, ShapedValue } from '../emitter.ts'
import { firstOutput, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { sumToShape } from '../sum-to-shape.ts'

/** d(a + b) = da + db */
export const add: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) =>
  node.inputs.map((input, index) =>
    input && wants(index) ? sumToShape(emit, gradient, input.shape) : undefined,
  ),
)

/** The mean of any number of tensors: an equal part for each. */
export const mean: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const part = emit.binary('Mul', gradient, 1 / node.inputs.length)
  return node.inputs.map((input, index) =>
    input && wants(index) ? sumToShape(emit, part, input.shape) : undefined,
  )
})

/** d(a - b) = da - db */
export const sub: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => [
  wants(0) ? sumToShape(emit, gradient, requiredInput(node, 0).shape) : undefined,
  wants(1) ? emit.unary('Neg', sumToShape(emit, gradient, requiredInput(node, 1).shape)) : undefined,
])

/** d(a b) = b da + a db */
export const mul: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [a, b] = [requiredInput(node, 0), requiredInput(node, 1)]
  return [
    wants(0) ? sumToShape(emit, emit.binary('Mul', gradient, b), a.shape) : undefined,
    wants(1) ? sumToShape(emit, emit.binary('Mul', gradient, a), b.shape) : undefined,
  ]
})

/** d(a / b) = da / b - (a / b) db / b */
export const div: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [a, b, quotient] = [requiredInput(node, 0), requiredInput(node, 1), firstOutput(node)]
  const scaled = emit.binary('Div', gradient, b)
  return [
    wants(0) ? sumToShape(emit, scaled, a.shape) : undefined,
    wants(1) ? emit.unary('Neg', sumToShape(emit, emit.binary('Mul', scaled, quotient), b.shape)) : undefined,
  ]
})

/** d(-a) = -da */
export const neg: GradientRule = firstOutputRule(({ emit }, gradient) => [emit.unary('Neg', gradient)])

/** d(a^b) = b a^(b-1) da + a^b log(a) db; the second term counts where a > 0. */
export const pow: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [a, b, power] = [requiredInput(node, 0), requiredInput(node, 1), firstOutput(node)]
  const ofExponent = (): ShapedValue => {
    const logarithm = emit.unary('Log', a)
    const slope = emit.binary('Mul', power, logarithm)
    const ofAny = emit.binary(
      'Mul',
      gradient,
      emit.select(emit.compare('Greater', a, 0), slope, emit.scalar(0, a.dtype)),
    )
    const sum = sumToShape(emit, ofAny, b.shape)
    return b.dtype === a.dtype ? sum : emit.cast(sum, b.dtype)
  }
  const [constant, ...others] = wants(1) ? [] : (node.numbers(1) ?? [])
  const slope = (): ShapedValue =>
    constant !== undefined && others.length === 0
      ? slopeOfPower(emit, a, constant)
      : slopeOfAnyPower(emit, a, b)
  return [
    wants(0) ? sumToShape(emit, emit.binary('Mul', gradient, slope()), a.shape) : undefined,
    wants(1) ? ofExponent() : undefined,
  ]
})

function slopeOfPower(emit: Emitter, a: ShapedValue, b: number): ShapedValue {
  if (b === 0 || b === 1) return emit.scalar(b, a.dtype)
  return emit.binary('Mul', b === 2 ? a : emit.binary('Pow', a, b - 1), b)
}

function slopeOfAnyPower(emit: Emitter, a: ShapedValue, b: ShapedValue): ShapedValue {
  const exponent = b.dtype === a.dtype ? b : emit.cast(b, a.dtype)
  const slope = emit.binary('Mul', emit.binary('Pow', a, emit.binary('Sub', exponent, 1)), exponent)
  // a^0 is flat, also where a^-1 is infinite.
  return emit.select(emit.compare('Equal', exponent, 0), emit.scalar(0, a.dtype), slope)
}
