import { firstOutput, type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { sumToChannels } from '../sum-to-channels.ts'
import type { Windows } from '../windows.ts'
import { convolution } from './convolution.ts'
import { gradientOfKernel } from './kernel-gradient.ts'

/**
 * The convolution of which it is the transpose maps its output back to its input: dX is that convolution of dY, and
 * dW that convolution's gradient, where X and dY exchange their roles.
 */
export const convTranspose: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [x, w, b] = [requiredInput(node, 0), requiredInput(node, 1), node.inputs[2]]
  const group = node.attributes.int('group', 1)
  const windows = windowsBack(node)
  const { strides, dilations, begin, end, input } = windows
  const attributes = { strides, dilations, group, pads: [...begin, ...end] }
  const axes = input.map((_, axis) => axis + 2)
  const starts = input.map(() => 0)
  const dy = emit.slice(gradient, axes, starts, input)
  return [
    wants(0) ? convolution(emit, [dy, w], x.shape, attributes) : undefined,
    wants(1) ? gradientOfKernel({ emit, x: dy, dy: x, shape: w.shape, windows, group }) : undefined,
    b && wants(2) ? sumToChannels(emit, gradient) : undefined,
  ]
})

/** The windows that move over the output, as far as one reaches: padding of the output lies behind the last. */
function windowsBack(node: ForwardNode): Windows {
  const { attributes } = node
  const kernel = requiredInput(node, 1).shape.slice(2)
  const output = requiredInput(node, 0).shape.slice(2)
  const whole = firstOutput(node).shape.slice(2)
  const ones = kernel.map(() => 1)
  const strides = attributes.ints('strides') ?? ones
  const dilations = attributes.ints('dilations') ?? ones
  const reach = kernel.map(
    (size, axis) => (output[axis]! - 1) * strides[axis]! + (size - 1) * dilations[axis]! + 1,
  )
  const begin = paddingBefore(node, reach)
  const rest = reach.map((size, axis) => size - begin[axis]! - whole[axis]!)
  const end = rest.map((size) => Math.max(0, size))
  const input = whole.map((size, axis) => Math.min(size, size + rest[axis]!))
  return { kernel, strides, dilations, begin, end, input, output }
}

/** ONNX operators, ConvTranspose: a size that is asked for, by `output_shape` or SAME, decides the padding. */
function paddingBefore(node: ForwardNode, reach: readonly number[]): readonly number[] {
  const { attributes } = node
  const mode = attributes.string('auto_pad', 'NOTSET')
  const given = attributes.ints('output_shape') !== undefined || mode.startsWith('SAME')
  if (!given)
    return (
      (mode === 'VALID' ? undefined : attributes.ints('pads')?.slice(0, reach.length)) ?? reach.map(() => 0)
    )
  const extra = attributes.ints('output_padding')
  const whole = firstOutput(node).shape.slice(2)
  return reach.map((size, axis) => {
    const total = Math.max(0, size + (extra?.[axis] ?? 0) - whole[axis]!)
    return mode === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2)
  })
}
