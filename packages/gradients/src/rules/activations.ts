import type { Emitter, ShapedValue } from '../emitter.ts'
import { firstOutput, floatAttribute, type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'

/** s (1 - s) */
export const sigmoid: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const y = firstOutput(node)
  return [emit.binary('Mul', gradient, emit.binary('Mul', y, emit.binary('Sub', 1, y)))]
})

/** 1 - t^2 */
export const tanh: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const y = firstOutput(node)
  return [emit.binary('Mul', gradient, emit.binary('Sub', 1, emit.binary('Mul', y, y)))]
})

/** 1 / (1 + e^-x) */
export const softplus: GradientRule = firstOutputRule(({ node, emit }, gradient) => [
  emit.binary('Mul', gradient, emit.unary('Sigmoid', requiredInput(node, 0))),
])

/** Gelu (Hendrycks and Gimpel 2016), exact or by tanh: y = x p(x), so the slope is p + x p'. */
export const gelu: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const x = requiredInput(node, 0)
  const exact = node.attributes.string('approximate', 'none') === 'none'
  const [share, slope] = exact ? normalShare(emit, x) : tanhShare(emit, x)
  return [emit.binary('Mul', gradient, emit.binary('Add', share, emit.binary('Mul', x, slope)))]
})

/** The normal distribution function and its density. */
function normalShare(emit: Emitter, x: ShapedValue): [ShapedValue, ShapedValue] {
  const erf = emit.unary('Erf', emit.binary('Mul', x, Math.SQRT1_2))
  const square = emit.binary('Mul', x, x)
  const density = emit.binary(
    'Mul',
    emit.unary('Exp', emit.binary('Mul', square, -0.5)),
    1 / Math.sqrt(2 * Math.PI),
  )
  return [emit.binary('Mul', emit.binary('Add', erf, 1), 0.5), density]
}

/** p = (1 + tanh(c (x + k x^3))) / 2 and its slope. */
function tanhShare(emit: Emitter, x: ShapedValue): [ShapedValue, ShapedValue] {
  const [c, k] = [Math.sqrt(2 / Math.PI), 0.044715]
  const square = emit.binary('Mul', x, x)
  const cubic = emit.binary('Mul', x, emit.binary('Add', emit.binary('Mul', square, c * k), c))
  const t = emit.unary('Tanh', cubic)
  const inner = emit.binary('Add', emit.binary('Mul', square, 3 * c * k), c)
  const outer = emit.binary('Sub', 1, emit.binary('Mul', t, t))
  return [
    emit.binary('Mul', emit.binary('Add', t, 1), 0.5),
    emit.binary('Mul', emit.binary('Mul', outer, inner), 0.5),
  ]
}

/** y (g - sum(g y)), summed along the axis */
export const softmax: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const y = firstOutput(node)
  const weighted = emit.binary('Mul', gradient, y)
  const total = emit.sum(weighted, [softmaxAxis(node, y.shape.length)], true)
  return [emit.binary('Sub', weighted, emit.binary('Mul', y, total))]
})

/** g - softmax sum(g), summed along the axis */
export const logSoftmax: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const y = firstOutput(node)
  const total = emit.sum(gradient, [softmaxAxis(node, y.shape.length)], true)
  return [emit.binary('Sub', gradient, emit.binary('Mul', emit.unary('Exp', y), total))]
})

function softmaxAxis(node: ForwardNode, rank: number): number {
  const axis = node.attributes.int('axis', -1)
  return axis < 0 ? axis + rank : axis
}

/** 1 / (1 + |x|)^2 */
export const softsign: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const share = emit.unary('Reciprocal', emit.binary('Add', emit.unary('Abs', requiredInput(node, 0)), 1))
  return [emit.binary('Mul', gradient, emit.binary('Mul', share, share))]
})

/** x sigmoid(a x) (Ramachandran et al. 2017), with h = sigmoid(a x): h + a y (1 - h) */
export const swish: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const [x, y, alpha] = [requiredInput(node, 0), firstOutput(node), floatAttribute(node, 'alpha', 1)]
  const h = emit.unary('Sigmoid', emit.binary('Mul', x, alpha))
  const rise = emit.binary('Mul', emit.binary('Mul', y, alpha), emit.binary('Sub', 1, h))
  return [emit.binary('Mul', gradient, emit.binary('Add', h, rise))]
})

/** x tanh(softplus(x)) (Misra 2019), with t = tanh(softplus(x)): t + x sigmoid(x) (1 - t^2) */
export const mish: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const x = requiredInput(node, 0)
  const t = emit.unary('Tanh', emit.unary('Softplus', x))
  const rise = emit.binary('Mul', emit.unary('Sigmoid', x), emit.binary('Sub', 1, emit.binary('Mul', t, t)))
  return [emit.binary('Mul', gradient, emit.binary('Add', t, emit.binary('Mul', x, rise)))]
})
