import type { ShapedValue } from '../emitter.ts'
import { type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule, type RuleContext } from '../rule.ts'

/** Rows of a table, such as embeddings: each row gets the sum of the gradients of its uses. */
export const gather: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const [data, indices] = [requiredInput(node, 0), requiredInput(node, 1)]
  const axis = axisOf(node, data)
  const volume = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1)
  const before = volume(data.shape.slice(0, axis))
  const after = volume(data.shape.slice(axis + 1))
  const count = volume(indices.shape)
  const folded = [before, count, after]
  const places = emit.expand(emit.reshape(indices, [1, count, 1]), folded)
  const rows = [before, data.shape[axis]!, after]
  const sums = scatter(emit, rows, places, emit.reshape(gradient, folded), 1)
  return [emit.reshape(sums, data.shape)]
})

/** Each element gets the sum of the gradients of its uses. */
export const gatherElements: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const [data, indices] = [requiredInput(node, 0), requiredInput(node, 1)]
  return [scatter(emit, data.shape, indices, gradient, axisOf(node, data))]
})

function scatter(
  emit: RuleContext['emit'],
  shape: readonly number[],
  places: ShapedValue,
  values: ShapedValue,
  axis: number,
): ShapedValue {
  const zeros = emit.expand(emit.scalar(0, values.dtype), shape)
  return emit.op('ScatterElements', [zeros, places, values], shape, { axis, reduction: 'add' })
}

function axisOf(node: ForwardNode, { shape }: ShapedValue): number {
  const axis = node.attributes.int('axis', 0)
  return axis < 0 ? axis + shape.length : axis
}
