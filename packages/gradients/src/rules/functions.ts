import type { Emitter, ShapedValue } from '../emitter.ts'
import { firstOutput, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { signOf } from '../unit-step.ts'

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
export const abs = slopeRule((emit, x) => signOf(emit, x))

/** 2 / sqrt(pi) e^(-x^2) */
export const erf = slopeRule((emit, x) =>
  emit.binary('Mul', emit.unary('Exp', emit.unary('Neg', emit.binary('Mul', x, x))), 2 / Math.sqrt(Math.PI)),
)

/** cos(x) */
export const sin = slopeRule((emit, x) => emit.unary('Cos', x))

/** -sin(x) */
export const cos = slopeRule((emit, x) => emit.unary('Neg', emit.unary('Sin', x)))

/** 1 + tan(x)^2 */
export const tan = slopeRule((emit, _, y) => emit.binary('Add', emit.binary('Mul', y, y), 1))

/** 1 / sqrt(1 - x^2) */
export const asin = slopeRule((emit, x) => inverseRoot(emit, emit.binary('Sub', 1, emit.binary('Mul', x, x))))

/** -1 / sqrt(1 - x^2) */
export const acos = slopeRule((emit, x) =>
  emit.unary('Neg', inverseRoot(emit, emit.binary('Sub', 1, emit.binary('Mul', x, x)))),
)

/** 1 / (1 + x^2) */
export const atan = slopeRule((emit, x) =>
  emit.unary('Reciprocal', emit.binary('Add', emit.binary('Mul', x, x), 1)),
)

/** cosh(x) */
export const sinh = slopeRule((emit, x) => emit.unary('Cosh', x))

/** sinh(x) */
export const cosh = slopeRule((emit, x) => emit.unary('Sinh', x))

/** 1 / sqrt(x^2 + 1) */
export const asinh = slopeRule((emit, x) =>
  inverseRoot(emit, emit.binary('Add', emit.binary('Mul', x, x), 1)),
)

/** 1 / sqrt(x^2 - 1) */
export const acosh = slopeRule((emit, x) =>
  inverseRoot(emit, emit.binary('Sub', emit.binary('Mul', x, x), 1)),
)

/** 1 / (1 - x^2) */
export const atanh = slopeRule((emit, x) =>
  emit.unary('Reciprocal', emit.binary('Sub', 1, emit.binary('Mul', x, x))),
)

function inverseRoot(emit: Emitter, value: ShapedValue): ShapedValue {
  return emit.unary('Reciprocal', emit.unary('Sqrt', value))
}
