import type { Emitter, ShapedValue } from '../emitter.ts'
import { firstOutput, type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { type Windows, windowsOf } from '../windows.ts'
import { areTiles, crop, repeat, uncrop, volume } from './tiles.ts'

/**
 * The gradient goes to the largest element of each window. Equal ones share it where windows lie side by side; else
 * the one that the operator names gets it.
 */
export const maxPool: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const windows = windowsOf(node, node.attributes.ints('kernel_shape') ?? [])
  return [areTiles(windows) ? overTiles(emit, node, windows, gradient) : overAnyWindows(emit, node, gradient)]
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

/** The operator run again says where it found each maximum, in the flattened input. */
function overAnyWindows(emit: Emitter, node: ForwardNode, gradient: ShapedValue): ShapedValue {
  const { attributes } = node
  const [x, y] = [requiredInput(node, 0), firstOutput(node)]
  const again = {
    kernel_shape: attributes.ints('kernel_shape'),
    strides: attributes.ints('strides'),
    pads: attributes.ints('pads'),
    dilations: attributes.ints('dilations'),
    auto_pad: attributes.string('auto_pad', 'NOTSET'),
    ceil_mode: attributes.int('ceil_mode', 0),
  }
  const [, places] = emit.ops('MaxPool', [x], [y, { dtype: 'int64', shape: y.shape }], again)
  const [size, count] = [[volume(x.shape)], [volume(y.shape)]]
  const zeros = emit.expand(emit.scalar(0, x.dtype), size)
  const inputs = [zeros, emit.reshape(places!, count), emit.reshape(gradient, count)]
  return emit.reshape(emit.op('ScatterElements', inputs, size, { reduction: 'add' }), x.shape)
}
