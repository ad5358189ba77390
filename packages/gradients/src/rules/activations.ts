import { firstOutput, type ForwardNode } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'

/** 1 where the output is positive, else 0. The sign is one pass where a comparison and a cast are two. */
export const relu: GradientRule = firstOutputRule(({ node, emit }, gradient) => [
  emit.binary('Mul', gradient, emit.unary('Sign', firstOutput(node))),
])

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
