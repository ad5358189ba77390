import type { Emitter, ShapedValue } from '../emitter.ts'
import { firstOutput, type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { unreached, type Windows, windowsOf } from '../windows.ts'
import { areTiles, crop, repeat, uncrop, volume } from './tiles.ts'

/** The gradient goes to the largest element of each window; equal ones share it. */
export const maxPool: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const windows = windowsOf(node, node.attributes.ints('kernel_shape') ?? [])
  const write = areTiles(windows) ? overTiles : overAnyWindows
  return [write(emit, node, windows, gradient)]
})

/** "Largest" is equality with the output, repeated over the window: cheap, and no operator that WebGPU lacks. */
function overTiles(emit: Emitter, node: ForwardNode, windows: Windows, gradient: ShapedValue): ShapedValue {
  const [x, y] = [requiredInput(node, 0), firstOutput(node)]
  const { kernel } = windows
  const mask = emit.mask('Equal', crop(emit, x, windows), repeat(emit, y, kernel))
  // Nothing is padded; counting padding only takes the engine's faster way.
  const pooling = { kernel_shape: kernel, strides: kernel, count_include_pad: 1 }
  const share = emit.op('AveragePool', [mask], y.shape, pooling)
  const each = emit.binary('Div', gradient, emit.binary('Mul', share, volume(kernel)))
  return uncrop(emit, emit.binary('Mul', mask, repeat(emit, each, kernel)), windows)
}

/**
 * Windows are laid side by side, one channel for each of their taps, by a convolution whose kernels pick one tap each;
 * its transpose brings the gradients back. (WebGPU's MaxPool cannot tell where it found a maximum.)
 */
function overAnyWindows(
  emit: Emitter,
  node: ForwardNode,
  windows: Windows,
  gradient: ShapedValue,
): ShapedValue {
  const [x, y] = [requiredInput(node, 0), firstOutput(node)]
  const { kernel, strides, dilations, begin, end, input, output } = windows
  const taps = volume(kernel)
  const picking = emit.constant(x.dtype, [taps, 1, ...kernel], identityMatrix(taps))
  const planes = x.shape[0]! * x.shape[1]!
  const plane = (value: ShapedValue, sizes: readonly number[]): ShapedValue =>
    emit.reshape(value, [planes, 1, ...sizes])

  const bordered = padLowest(emit, plane(x, input), begin, end)
  const spread = [planes, taps, ...output]
  const seen = emit.op('Conv', [bordered, picking], spread, { strides, dilations })
  const mask = emit.mask('Equal', seen, plane(y, output))
  const share = emit.binary('Div', plane(gradient, output), emit.sum(mask, [1], true))
  const attributes = { strides, dilations, pads: [...begin, ...end], output_padding: unreached(windows) }
  const inputs = [emit.binary('Mul', mask, share), picking]
  return emit.reshape(emit.op('ConvTranspose', inputs, [planes, 1, ...input], attributes), x.shape)
}

/** Padding that is no maximum. Finite, since the convolution multiplies it by zeros. */
function padLowest(
  emit: Emitter,
  value: ShapedValue,
  begin: readonly number[],
  end: readonly number[],
): ShapedValue {
  if ([...begin, ...end].every((size) => size === 0)) return value
  const lowest = emit.scalar(-3.4e38, value.dtype)
  const shape = value.shape.map((dim, axis) => dim + (begin[axis - 2] ?? 0) + (end[axis - 2] ?? 0))
  return emit.op('Pad', [value, emit.ints([0, 0, ...begin, 0, 0, ...end]), lowest], shape)
}

const identityMatrix = (size: number): number[] =>
  Array.from({ length: size * size }, (_, place) => (place % (size + 1) === 0 ? 1 : 0))
