import { type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'

/** Ceil, Floor, Round, Sign: steps, flat between them. */
export const flat: GradientRule = { write: () => [], refusal: () => undefined, flat: true }

/** Identity and what the reader of an inference graph may take for one. */
export const identity: GradientRule = firstOutputRule((_, gradient) => [gradient])

/** Reshape, Flatten, Squeeze, Unsqueeze: the same elements in the input's shape. */
export const reshape: GradientRule = firstOutputRule(({ node, emit }, gradient) => [
  emit.reshape(gradient, requiredInput(node, 0).shape),
])

/**
 * Dropout is the identity in inference. In training, where training_mode is true, it multiplies by its mask and by
 * 1 / (1 - ratio); the mask is known outside the operator where it is an output.
 */
export const dropout: GradientRule = firstOutputRule(
  ({ node, emit }, gradient) => {
    const [, ratio, training] = node.inputs
    if (!training || isFalse(node, 2)) return [gradient]
    const { dtype, shape } = gradient
    const mask = { name: node.proto.output[1]!, dtype: 'bool', shape } as const
    const kept = emit.select(mask, gradient, emit.scalar(0, dtype))
    const share = ratio ? emit.binary('Sub', 1, emit.cast(ratio, dtype)) : emit.scalar(0.5, dtype)
    return [emit.select(training, emit.binary('Div', kept, share), gradient)]
  },
  (node) =>
    node.inputs[2] && !isFalse(node, 2) && !node.proto.output[1]
      ? 'it has a training_mode input and gives no mask; export the model for inference'
      : undefined,
  [1],
)

function isFalse(node: ForwardNode, index: number): boolean {
  return node.numbers(index)?.[0] === 0
}

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
