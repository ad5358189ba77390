import type { Emitter, ShapedValue } from '../emitter.ts'
import { firstOutput, type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule, type RuleContext } from '../rule.ts'
import { signOf } from '../unit-step.ts'

const reduction = (
  write: (context: RuleContext, gradient: ShapedValue, axes: number[], kept: number[]) => ShapedValue,
): GradientRule =>
  firstOutputRule(
    (context, gradient) => {
      const { shape } = requiredInput(context.node, 0)
      const axes = axesOf(context.node)!
      const kept = shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
      return [write(context, context.emit.reshape(gradient, kept), axes, kept)]
    },
    (node) => (axesOf(node) ? undefined : 'its axes are not known before it runs'),
  )

/** Every summed element gets the gradient of the sum. */
export const reduceSum = reduction(({ node, emit }, gradient) =>
  emit.expand(gradient, requiredInput(node, 0).shape),
)

/** Every element gets an equal part. */
export const reduceMean = reduction(({ node, emit }, gradient, axes) => {
  const { shape } = requiredInput(node, 0)
  const count = axes.reduce((product, axis) => product * shape[axis]!, 1)
  return emit.expand(emit.binary('Mul', gradient, 1 / count), shape)
})

/** ReduceMax and ReduceMin: the gradient goes to the elements that equal the result; several share it. */
export const reduceExtreme = reduction(({ node, emit }, gradient, axes, kept) => {
  const result = emit.reshape(firstOutput(node), kept)
  const mask = emit.mask('Equal', requiredInput(node, 0), result)
  return emit.binary('Mul', mask, emit.binary('Div', gradient, emit.sum(mask, axes, true)))
})

/** A reduction whose gradient is that of the result times a slope of each element; `y` is the result, axes kept. */
const reductionWithSlope = (
  slope: (emit: Emitter, x: ShapedValue, y: ShapedValue) => ShapedValue,
): GradientRule =>
  reduction(({ node, emit }, gradient, _, kept) => {
    const [x, y] = [requiredInput(node, 0), emit.reshape(firstOutput(node), kept)]
    return emit.binary('Mul', gradient, slope(emit, x, y))
  })

/** sign(x) */
export const reduceL1 = reductionWithSlope((emit, x) => signOf(emit, x))

/** x / y; 0 where all elements are 0, as the norm has no slope there. */
export const reduceL2 = reductionWithSlope((emit, x, y) =>
  emit.binary('Div', x, emit.binary('Max', y, leastNorm)),
)

/** Keeps the division of zeros by a norm of zero from giving no number; well above what float32 can hold. */
const leastNorm = 1e-30

/** 2 x */
export const reduceSumSquare = reductionWithSlope((emit, x) => emit.binary('Mul', x, 2))

/** e^(x - y): the softmax */
export const reduceLogSumExp = reductionWithSlope((emit, x, y) => emit.unary('Exp', emit.binary('Sub', x, y)))

/** e^-y, the inverse of the sum */
export const reduceLogSum = reduction(({ node, emit }, gradient, _, kept) => {
  const inverse = emit.unary('Exp', emit.unary('Neg', emit.reshape(firstOutput(node), kept)))
  return emit.expand(emit.binary('Mul', gradient, inverse), requiredInput(node, 0).shape)
})

/** y / x, where no factor is zero */
export const reduceProd = reductionWithSlope((emit, x, y) => emit.binary('Div', y, x))

/** The gradient goes to the largest element of each channel; equal ones share it. */
export const globalMaxPool: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const x = requiredInput(node, 0)
  const mask = emit.mask('Equal', x, firstOutput(node))
  const axes = x.shape.map((_, axis) => axis).slice(2)
  return [emit.binary('Mul', mask, emit.binary('Div', gradient, emit.sum(mask, axes, true)))]
})

/** As an attribute (older operator sets) or an input (newer ones); all when absent. */
function axesOf(node: ForwardNode): number[] | undefined {
  const rank = requiredInput(node, 0).shape.length
  const axes = node.inputs[1] ? node.numbers(1) : (node.attributes.ints('axes') ?? [])
  if (axes?.length === 0) {
    const none = node.attributes.int('noop_with_empty_axes', 0) === 1
    return Array.from({ length: none ? 0 : rank }, (_, axis) => axis)
  }
  return axes?.map((axis) => (axis < 0 ? axis + rank : axis))
}
