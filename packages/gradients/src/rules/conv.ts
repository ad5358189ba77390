import type { Emitter, ShapedValue } from '../emitter.ts'
import { requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { sumToChannels } from '../sum-to-channels.ts'
import { unreached, type Windows, windowsOf } from '../windows.ts'

/**
 * Y = X * W + b over any number of spatial axes: dX is the transposed convolution of dY with W, dW the convolution of X
 * with dY after batch and channels change places, db the sum of dY over all but the channels.
 */
export const conv: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [x, w, b] = [requiredInput(node, 0), requiredInput(node, 1), node.inputs[2]]
  const group = node.attributes.int('group', 1)
  const windows = windowsOf(node, w.shape.slice(2))
  return [
    wants(0) ? gradientOfInput(emit, gradient, w, x.shape, windows, group) : undefined,
    wants(1) ? gradientOfKernel(emit, x, gradient, w.shape, windows, group) : undefined,
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

/**
 * With batch and channels exchanged, the batch is what the convolution sums over, dY is its kernel, and stride and
 * dilation exchange their roles. Groups of channels stay groups: [N, gC, ...] becomes [C, gN, ...].
 */
export function gradientOfKernel(
  emit: Emitter,
  x: ShapedValue,
  dy: ShapedValue,
  shape: readonly number[],
  windows: Windows,
  group: number,
): ShapedValue {
  const { strides, dilations, begin, end, kernel } = windows
  const [batch, channels] = x.shape as readonly [number, number]
  const spatial = x.shape.slice(2)
  const swap = (rank: number): number[] => [1, 0, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 2)]
  const perGroup = channels / group
  const grouped = (): ShapedValue => {
    const split = emit.reshape(x, [batch, group, perGroup, ...spatial])
    const exchanged = emit.transpose(split, [2, 1, 0, ...spatial.map((_, axis) => axis + 3)])
    return emit.reshape(exchanged, [perGroup, group * batch, ...spatial])
  }
  const image = group === 1 ? emit.transpose(x, swap(x.shape.length)) : grouped()
  const filters = emit.transpose(dy, swap(dy.shape.length))
  // Positions that no window reached appear behind the kernel; they are cut off.
  const beyond = unreached(windows).map((rest, axis) => Math.floor(rest / dilations[axis]!))
  const size = kernel.map((taps, axis) => taps + beyond[axis]!)
  const attributes = { strides: dilations, dilations: strides, group, pads: [...begin, ...end] }
  const whole = emit.op('Conv', [image, filters], [perGroup, shape[0]!, ...size], attributes)
  const axes = kernel.map((_, axis) => axis + 2)
  const starts = kernel.map(() => 0)
  const cut = emit.slice(whole, axes, starts, kernel)
  return emit.transpose(cut, swap(shape.length))
}
