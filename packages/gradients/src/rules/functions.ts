import type { Emitter, ShapedValue } from '../emitter.ts'
import { firstOutput, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'

/** The gradient times a slope that follows from the input x and the output y, element by element. */
function slopeRule(slope: (emit: Emitter, x: ShapedValue, y: ShapedValue) => ShapedValue): GradientRule {
  return firstOutputRule(({ node, emit }, gradient) => [
    emit.binary('Mul', gradient, slope(emit, requiredInput(node, 0), firstOutput(node))),
  ])
}

/** e^x */
export const exp = slopeRule((_, __, y) => y)

/** 1 / x */
export const log: GradientRule = firstOutputRule(({ node, emit }, gradient) => [
  emit.binary('Div', gradient, requiredInput(node, 0)),
])

/** 1 / (2 sqrt(x)) */
export const sqrt: GradientRule = firstOutputRule(({ node, emit }, gradient) => [
  emit.binary('Div', gradient, emit.binary('Mul', firstOutput(node), 2)),
])

/** -1 / x^2 */
export const reciprocal = slopeRule((emit, _, y) => emit.unary('Neg', emit.binary('Mul', y, y)))

/** The sign; 0 at 0. */
export const abs = slopeRule((emit, x) => emit.unary('Sign', x))

/** 2 / sqrt(pi) e^(-x^2) */
export const erf = slopeRule((emit, x) =>
  emit.binary('Mul', emit.unary('Exp', emit.unary('Neg', emit.binary('Mul', x, x))), 2 / Math.sqrt(Math.PI)),
)

/** cos(x) */
export const sin = slopeRule((emit, x) => emit.unary('Cos', x))

/** -sin(x) */
export const cos = slopeRule((emit, x) => emit.unary('Neg', emit.unary('Sin', x)))
