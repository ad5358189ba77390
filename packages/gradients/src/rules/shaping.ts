import { requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'

/** Identity and what the reader of an inference graph may take for one. */
export const identity: GradientRule = firstOutputRule((_, gradient) => [gradient])

/** Reshape, Flatten, Squeeze, Unsqueeze: the same elements in the input's shape. */
export const reshape: GradientRule = firstOutputRule(({ node, emit }, gradient) => [
  emit.reshape(gradient, requiredInput(node, 0).shape),
])

/** Dropout is the identity in inference; its mask cannot be known outside the operator otherwise. */
export const dropout: GradientRule = firstOutputRule(
  (_, gradient) => [gradient],
  (node) => (node.inputs[2] ? 'it has a training_mode input; export the model for inference' : undefined),
)

/** The axes back in their order. */
export const transpose: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const order =
    node.attributes.ints('perm') ?? gradient.shape.map((_, axis) => gradient.shape.length - 1 - axis)
  return [
    emit.transpose(
      gradient,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ]
})

/** Between floating-point types; whole numbers and truth values have no gradient. */
export const cast: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const { dtype } = requiredInput(node, 0)
  return [dtype.startsWith('float') ? emit.cast(gradient, dtype) : undefined]
})
