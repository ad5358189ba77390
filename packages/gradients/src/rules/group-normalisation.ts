import type { ShapedValue } from '../emitter.ts'
import { type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { sumToShape } from '../sum-to-shape.ts'
import { epsilonOf, inverseRoot, meanOver, normalised, throughStatistics } from './normalisation.ts'

/** Operator set from which on scale and shift are those of channels, not of groups. */
const channelOpset = 21

/** Normalised over groups of channels, then scaled and shifted (Wu and He 2018). */
export const groupNormalization: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [x, scale, shift] = [requiredInput(node, 0), requiredInput(node, 1), requiredInput(node, 2)]
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]]
  const groups = node.attributes.int('num_groups', 1)
  const apart = [batch, groups, channels / groups, ...spatial]
  const axes = apart.map((_, axis) => axis).slice(2)
  const dy = emit.reshape(gradient, apart)
  const { normal, inverse } = normalised(emit, emit.reshape(x, apart), axes, epsilonOf(node))
  const learned = learnedShape(node, apart)
  const scaled = (): ShapedValue => emit.binary('Mul', dy, emit.reshape(scale, learned))
  const summed = (value: ShapedValue, like: ShapedValue): ShapedValue =>
    emit.reshape(sumToShape(emit, value, learned), like.shape)
  return [
    wants(0) ? emit.reshape(throughStatistics(emit, scaled(), normal, inverse, axes), x.shape) : undefined,
    wants(1) ? summed(emit.binary('Mul', dy, normal), scale) : undefined,
    wants(2) ? summed(dy, shift) : undefined,
  ]
})

function learnedShape({ opset }: ForwardNode, [, groups, perGroup, ...spatial]: readonly number[]): number[] {
  return [1, groups!, opset < channelOpset ? 1 : perGroup!, ...spatial.map(() => 1)]
}

/** Divided by the root of the mean square over the axes from `axis` on, then scaled (Zhang and Sennrich 2019). */
export const rmsNormalization: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [x, scale] = [requiredInput(node, 0), requiredInput(node, 1)]
  const rank = x.shape.length
  const first = node.attributes.int('axis', -1)
  const axes = x.shape.map((_, axis) => axis).slice(first < 0 ? first + rank : first)
  const inverse = inverseRoot(emit, meanOver(emit, emit.binary('Mul', x, x), axes), epsilonOf(node))
  const normal = emit.binary('Mul', x, inverse)
  const ofInput = (): ShapedValue => {
    const scaled = emit.binary('Mul', gradient, scale)
    const along = meanOver(emit, emit.binary('Mul', scaled, normal), axes)
    return emit.binary('Mul', emit.binary('Sub', scaled, emit.binary('Mul', normal, along)), inverse)
  }
  return [
    wants(0) ? ofInput() : undefined,
    wants(1) ? sumToShape(emit, emit.binary('Mul', gradient, normal), scale.shape) : undefined,
  ]
})
