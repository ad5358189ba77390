import type { Emitter, ShapedValue } from '../emitter.ts'
import { requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { sumToChannels } from '../sum-to-channels.ts'
import { unreached, type Windows, windowsOf } from '../windows.ts'
import { gradientOfKernel } from './kernel-gradient.ts'

/**
 * Y = X * W + b over any number of spatial axes: dX is the transposed convolution of dY with W, dW what windows of X and
 * their dY multiply to, db the sum of dY over all but the channels.
 */
export const conv: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [x, w, b] = [requiredInput(node, 0), requiredInput(node, 1), node.inputs[2]]
  const group = node.attributes.int('group', 1)
  const windows = windowsOf(node, w.shape.slice(2))
  return [
    wants(0) ? gradientOfInput(emit, gradient, w, x.shape, windows, group) : undefined,
    wants(1) ? gradientOfKernel({ emit, x, dy: gradient, shape: w.shape, windows, group }) : undefined,
    b && wants(2) ? sumToChannels(emit, gradient) : undefined,
  ]
})

function gradientOfInput(
  emit: Emitter,
  dy: ShapedValue,
  w: ShapedValue,
  shape: readonly number[],
  windows: Windows,
  group: number,
): ShapedValue {
  const { strides, dilations, begin, end } = windows
  const attributes = {
    strides,
    dilations,
    group,
    pads: [...begin, ...end],
    output_padding: unreached(windows),
  }
  return emit.op('ConvTranspose', [dy, w], shape, attributes)
}
