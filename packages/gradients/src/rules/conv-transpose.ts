import { firstOutput, type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { sumToChannels } from '../sum-to-channels.ts'
import type { Windows } from '../windows.ts'
import { gradientOfKernel } from './conv.ts'

/**
 * The convolution of which it is the transpose maps its output back to its input: dX is that convolution of dY, and
 * dW that convolution's gradient, where X and dY exchange their roles.
 */
export const convTranspose: GradientRule = firstOutputRule(
  ({ node, emit, wants }, gradient) => {
    const [x, w, b] = [requiredInput(node, 0), requiredInput(node, 1), node.inputs[2]]
    const group = node.attributes.int('group', 1)
    const windows = windowsBack(node)
    const { strides, dilations, begin, end } = windows
    const attributes = { strides, dilations, group, pads: [...begin, ...end] }
    return [
      wants(0) ? emit.op('Conv', [gradient, w], x.shape, attributes) : undefined,
      wants(1) ? gradientOfKernel(emit, gradient, x, w.shape, windows, group) : undefined,
      b && wants(2) ? sumToChannels(emit, gradient) : undefined,
    ]
  },
  ({ attributes }) =>
    attributes.has('output_shape') || attributes.string('auto_pad', 'NOTSET').startsWith('SAME')
      ? 'its padding follows from the size of its output'
      : undefined,
)

/** The windows that move over the output. */
function windowsBack(node: ForwardNode): Windows {
  const kernel = requiredInput(node, 1).shape.slice(2)
  const ones = kernel.map(() => 1)
  const pads = node.attributes.ints('pads') ?? [...kernel, ...kernel].map(() => 0)
  return {
    kernel,
    strides: node.attributes.ints('strides') ?? ones,
    dilations: node.attributes.ints('dilations') ?? ones,
    begin: pads.slice(0, kernel.length),
    end: pads.slice(kernel.length),
    input: firstOutput(node).shape.slice(2),
    output: requiredInput(node, 0).shape.slice(2),
  }
}
