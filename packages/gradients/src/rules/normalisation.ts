import type { Emitter, ShapedValue } from '../emitter.ts'
import { floatAttribute, type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { sumToChannels } from '../sum-to-channels.ts'
import { sumToShape } from '../sum-to-shape.ts'

/** Normalised over the axes from `axis` on, then scaled and shifted element by element. */
export const layerNormalization: GradientRule = firstOutputRule(
  ({ node, emit, wants }, gradient) => {
    const [x, scale, shift] = [requiredInput(node, 0), requiredInput(node, 1), node.inputs[2]]
    const rank = x.shape.length
    const first = node.attributes.int('axis', -1)
    const axes = x.shape.map((_, axis) => axis).slice(first < 0 ? first + rank : first)
    const { normal, inverse } = normalised(emit, x, axes, epsilonOf(node))
    return [
      wants(0)
        ? throughStatistics(emit, emit.binary('Mul', gradient, scale), normal, inverse, axes)
        : undefined,
      wants(1) ? sumToShape(emit, emit.binary('Mul', gradient, normal), scale.shape) : undefined,
      shift && wants(2) ? sumToShape(emit, gradient, shift.shape) : undefined,
    ]
  },
  ({ proto }) => (proto.output.slice(1).some(Boolean) ? 'it gives its mean and deviation away' : undefined),
)

/** Normalised over the spatial axes, then scaled and shifted channel by channel. */
export const instanceNormalization: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [x, scale] = [requiredInput(node, 0), requiredInput(node, 1)]
  const axes = x.shape.map((_, axis) => axis).slice(2)
  const { normal, inverse } = normalised(emit, x, axes, epsilonOf(node))
  const scaled = emit.binary('Mul', gradient, perChannel(emit, scale, x))
  return [
    wants(0) ? throughStatistics(emit, scaled, normal, inverse, axes) : undefined,
    wants(1) ? sumToChannels(emit, emit.binary('Mul', gradient, normal)) : undefined,
    wants(2) ? sumToChannels(emit, gradient) : undefined,
  ]
})

/** With the averages of training, which stay as they are: scaled and shifted channel by channel. */
export const batchNormalization: GradientRule = firstOutputRule(
  ({ node, emit, wants }, gradient) => {
    const [x, scale] = [requiredInput(node, 0), requiredInput(node, 1)]
    const [mean, variance] = [requiredInput(node, 3), requiredInput(node, 4)]
    const inverse = inverseRoot(emit, variance, epsilonOf(node))
    const normal = (): ShapedValue => {
      const centred = emit.binary('Sub', x, perChannel(emit, mean, x))
      return emit.binary('Mul', centred, perChannel(emit, inverse, x))
    }
    const slope = (): ShapedValue => perChannel(emit, emit.binary('Mul', scale, inverse), x)
    return [
      wants(0) ? emit.binary('Mul', gradient, slope()) : undefined,
      wants(1) ? sumToChannels(emit, emit.binary('Mul', gradient, normal())) : undefined,
      wants(2) ? sumToChannels(emit, gradient) : undefined,
    ]
  },
  ({ attributes }) =>
    attributes.int('training_mode', 0) === 1
      ? 'it is in training mode; export the model for inference, or train on the statistics of the batch'
      : undefined,
  [3, 4],
)

/** Axis 1 of a tensor as wide as `like`. */
function perChannel(emit: Emitter, value: ShapedValue, like: ShapedValue): ShapedValue {
  return emit.reshape(value, [...value.shape, ...like.shape.slice(2).map(() => 1)])
}

/** (x - mean) / sqrt(variance + epsilon) over `axes`, and 1 / sqrt(variance + epsilon). */
export function normalised(
  emit: Emitter,
  x: ShapedValue,
  axes: readonly number[],
  epsilon: number,
): { normal: ShapedValue; inverse: ShapedValue } {
  const centred = emit.binary('Sub', x, meanOver(emit, x, axes))
  const inverse = inverseRoot(emit, meanOver(emit, emit.binary('Mul', centred, centred), axes), epsilon)
  return { normal: emit.binary('Mul', centred, inverse), inverse }
}

/** The gradient before the statistics, which depend on x as well: (g - mean(g) - n mean(g n)) / sqrt(variance). */
export function throughStatistics(
  emit: Emitter,
  gradient: ShapedValue,
  normal: ShapedValue,
  inverse: ShapedValue,
  axes: readonly number[],
): ShapedValue {
  const along = meanOver(emit, emit.binary('Mul', gradient, normal), axes)
  const centred = emit.binary('Sub', gradient, meanOver(emit, gradient, axes))
  return emit.binary('Mul', emit.binary('Sub', centred, emit.binary('Mul', normal, along)), inverse)
}

/** The mean over `axes`, kept with size 1. */
export function meanOver(emit: Emitter, value: ShapedValue, axes: readonly number[]): ShapedValue {
  const count = axes.reduce((product, axis) => product * value.shape[axis]!, 1)
  return emit.binary('Mul', emit.sum(value, axes, true), 1 / count)
}

/** 1 / sqrt(variance + epsilon) */
export function inverseRoot(emit: Emitter, variance: ShapedValue, epsilon: number): ShapedValue {
  return emit.unary('Reciprocal', emit.unary('Sqrt', emit.binary('Add', variance, epsilon)))
}

/** What keeps the variance from zero. */
export function epsilonOf(node: ForwardNode): number {
  return floatAttribute(node, 'epsilon', 1e-5)
}
