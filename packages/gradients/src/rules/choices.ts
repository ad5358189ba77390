import type { ShapedValue } from '../emitter.ts'
import { firstOutput, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { sumToShape } from '../sum-to-shape.ts'

/** Min and Max: the gradient goes to the operand that the result was taken from; equal ones share it. */
export const extreme: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const result = firstOutput(node)
  const masks = node.inputs.map((_, index) => emit.mask('Equal', requiredInput(node, index), result))
  const count = masks.reduce((sum, mask) => emit.binary('Add', sum, mask))
  const share = emit.binary('Div', gradient, count)
  return masks.map((mask, index) =>
    wants(index)
      ? sumToShape(emit, emit.binary('Mul', share, mask), requiredInput(node, index).shape)
      : undefined,
  )
})

/** The gradient goes on where the value was left as it is, elsewhere to the bound that it was moved to. */
export const clip: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [x, ...bounds] = [requiredInput(node, 0), node.inputs[1], node.inputs[2]] as const
  const where = (comparison: string, other: ShapedValue): ShapedValue =>
    emit.binary('Mul', gradient, emit.mask(comparison, x, other))
  return [
    wants(0) ? where('Equal', firstOutput(node)) : undefined,
    ...bounds.map((bound, index) =>
      bound && wants(index + 1)
        ? sumToShape(emit, where(index === 0 ? 'Less' : 'Greater', bound), bound.shape)
        : undefined,
    ),
  ]
})

/** Each element's gradient goes to the side that it came from. */
export const where: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [condition, yes, no] = [requiredInput(node, 0), requiredInput(node, 1), requiredInput(node, 2)]
  const zero = emit.scalar(0, gradient.dtype)
  return [
    undefined,
    wants(1) ? sumToShape(emit, emit.select(condition, gradient, zero), yes.shape) : undefined,
    wants(2) ? sumToShape(emit, emit.select(condition, zero, gradient), no.shape) : undefined,
  ]
})
