import type { ShapedValue } from '../emitter.ts'
import { type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule, type RuleContext } from '../rule.ts'

/** Blocks of pixels that were channels become channels again. */
export const depthToSpace: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const { shape } = requiredInput(node, 0)
  const [batch, channels, height, width] = shape as readonly [number, number, number, number]
  const block = node.attributes.int('blocksize', 1)
  const split = emit.reshape(gradient, [batch, channels / block ** 2, height, block, width, block])
  const byColumns = node.attributes.string('mode', 'DCR') === 'CRD'
  return [emit.reshape(emit.transpose(split, byColumns ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]), shape)]
})

/** Channels that were blocks of pixels become blocks again. */
export const spaceToDepth: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const { shape } = requiredInput(node, 0)
  const [batch, channels, height, width] = shape as readonly [number, number, number, number]
  const block = node.attributes.int('blocksize', 1)
  const split = emit.reshape(gradient, [batch, block, block, channels, height / block, width / block])
  return [emit.reshape(emit.transpose(split, [0, 3, 4, 1, 5, 2]), shape)]
})

/** What follows sums up instead of what comes before. */
export const cumSum: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const { attributes } = node
  const flags = { exclusive: attributes.int('exclusive', 0), reverse: 1 - attributes.int('reverse', 0) }
  return [emit.op('CumSum', [gradient, requiredInput(node, 1)], gradient.shape, flags)]
})

/** The same triangle of the gradient. */
export const trilu: GradientRule = firstOutputRule(({ node, emit }, gradient) => [
  emit.op('Trilu', [gradient, ...node.inputs.slice(1)], gradient.shape, {
    upper: node.attributes.int('upper', 1),
  }),
])

/** Each place gets the sum of the gradients of its uses. */
export const gatherND: GradientRule = firstOutputRule(
  ({ node, emit }, gradient) => {
    const [{ shape }, indices] = [requiredInput(node, 0), requiredInput(node, 1)]
    const zeros = emit.expand(emit.scalar(0, gradient.dtype), shape)
    return [emit.op('ScatterND', [zeros, indices, gradient], shape, { reduction: 'add' })]
  },
  ({ attributes }) => (attributes.int('batch_dims', 0) > 0 ? 'it gathers batch by batch' : undefined),
)

/** The data keep their gradient where nothing replaced them; the updates take theirs from their places. */
function scattering(
  again: (context: RuleContext, gradient: ShapedValue, updates: ShapedValue) => ShapedValue,
  gathered: (context: RuleContext, gradient: ShapedValue, shape: readonly number[]) => ShapedValue,
): GradientRule {
  return firstOutputRule(
    (context, gradient) => {
      const { node, emit, wants } = context
      const { shape } = requiredInput(node, 2)
      const adds = reductionOf(node) === 'add'
      const kept = (): ShapedValue =>
        adds ? gradient : again(context, gradient, emit.expand(emit.scalar(0, gradient.dtype), shape))
      return [
        wants(0) ? kept() : undefined,
        undefined,
        wants(2) ? gathered(context, gradient, shape) : undefined,
      ]
    },
    (node) =>
      ['none', 'add'].includes(reductionOf(node)) ? undefined : `its reduction is "${reductionOf(node)}"`,
  )
}

function reductionOf({ attributes }: ForwardNode): string {
  return attributes.string('reduction', 'none')
}

/** Replaces or adds to elements along an axis. */
export const scatterElements = scattering(
  ({ node, emit }, gradient, updates) =>
    emit.op('ScatterElements', [gradient, requiredInput(node, 1), updates], gradient.shape, {
      axis: node.attributes.int('axis', 0),
    }),
  ({ node, emit }, gradient, shape) =>
    emit.op('GatherElements', [gradient, requiredInput(node, 1)], shape, {
      axis: node.attributes.int('axis', 0),
    }),
)

/** Replaces or adds to slices. */
export const scatterND = scattering(
  ({ node, emit }, gradient, updates) =>
    emit.op('ScatterND', [gradient, requiredInput(node, 1), updates], gradient.shape),
  ({ node, emit }, gradient, shape) => emit.op('GatherND', [gradient, requiredInput(node, 1)], shape),
)
