import type { ShapedValue } from '../emitter.ts'
import { firstOutput, type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'

/** Each operand gets its own part. */
export const concat: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const axis = axisOf(node, gradient.shape.length)
  let start = 0
  return node.inputs.map((_, index) => {
    const count = requiredInput(node, index).shape[axis]!
    start += count
    return wants(index) ? emit.slice(gradient, [axis], [start - count], [count]) : undefined
  })
})

/** The parts side by side again, zeros for those that nothing depends on. */
export const split: GradientRule = {
  write({ node, emit }, gradients) {
    const { shape, dtype } = requiredInput(node, 0)
    const parts = gradients.map(
      (gradient, index) => gradient ?? emit.expand(emit.scalar(0, dtype), node.outputs[index]!.shape),
    )
    return [emit.op('Concat', parts, shape, { axis: axisOf(node, shape.length) })]
  },
  refusal: ({ outputs }) =>
    outputs.some((output) => !output) ? 'the sizes of its parts are not known' : undefined,
}

function axisOf(node: ForwardNode, rank: number): number {
  const axis = node.attributes.int('axis', 0)
  return axis < 0 ? axis + rank : axis
}

/** The gradient at the places that were taken, zeros elsewhere. */
export const slice: GradientRule = firstOutputRule(
  ({ node, emit }, gradient) => {
    const { shape } = requiredInput(node, 0)
    const begin = shape.map(() => 0)
    const end = shape.map(() => 0)
    let value = gradient
    for (const { axis, start, step } of rangesOf(node)!) {
      const count = gradient.shape[axis]!
      const last = start + (count - 1) * step
      if (step < 0) value = emit.slice(value, [axis], [count - 1], [count], [-1])
      value = spread(value, axis, Math.abs(step))
      begin[axis] = Math.min(start, last)
      end[axis] = shape[axis]! - 1 - Math.max(start, last)
    }
    return [emit.pad(value, begin, end)]

    /** Zeros between the elements of an axis, so that they come `step` apart. */
    function spread(value: ShapedValue, axis: number, step: number): ShapedValue {
      if (step === 1) return value
      const { shape } = value
      const count = shape[axis]!
      const zeros = [...shape, 0].map(() => 0)
      const single = emit.reshape(value, shape.toSpliced(axis + 1, 0, 1))
      const padded = emit.pad(single, zeros, zeros.with(axis + 1, step - 1))
      const joined = emit.reshape(padded, shape.with(axis, count * step))
      return emit.slice(joined, [axis], [0], [(count - 1) * step + 1])
    }
  },
  (node) =>
    firstOutput(node).shape.includes(0)
      ? 'it takes nothing'
      : rangesOf(node)
        ? undefined
        : 'its places are not known before it runs',
)

/** The first place and the distance to the next of each axis that is cut. */
function rangesOf(node: ForwardNode): { axis: number; start: number; step: number }[] | undefined {
  const { shape } = requiredInput(node, 0)
  const starts = node.numbers(1)
  const axes = node.inputs[3] ? node.numbers(3) : starts?.map((_, axis) => axis)
  const steps = node.inputs[4] ? node.numbers(4) : starts?.map(() => 1)
  if (!starts || !axes || !steps) return undefined
  return axes.map((given, at) => {
    const axis = given < 0 ? given + shape.length : given
    const [size, step] = [shape[axis]!, steps[at]!]
    const start = starts[at]! < 0 ? starts[at]! + size : starts[at]!
    return { axis, step, start: Math.min(Math.max(start, 0), step > 0 ? size : size - 1) }
  })
}
