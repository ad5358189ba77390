import { firstOutput, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { sumToShape } from '../sum-to-shape.ts'

/** Summed where it was repeated. */
export const expand: GradientRule = firstOutputRule(({ node, emit }, gradient) => [
  sumToShape(emit, gradient, requiredInput(node, 0).shape),
])

/** The sum over the copies. */
export const tile: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const { shape } = requiredInput(node, 0)
  const repeats = firstOutput(node).shape.map((dim, axis) => dim / shape[axis]!)
  const copies = emit.reshape(
    gradient,
    shape.flatMap((dim, axis) => [repeats[axis]!, dim]),
  )
  return [
    emit.sum(
      copies,
      shape.map((_, axis) => 2 * axis),
      false,
    ),
  ]
})
