import { leastChannelsOfPatches, mostNumbersOfPatches } from '../config.ts'
import type { Emitter, ShapedValue } from '../emitter.ts'
import { unreached, type Windows } from '../windows.ts'
import { convolution } from './convolution.ts'
import { volume } from './tiles.ts'

/** A convolution as far as its kernel's gradient is concerned. */
export interface Convolution {
  readonly emit: Emitter
  /** [batch, channels, ...] */
  readonly x: ShapedValue
  /** Gradient of its output, [batch, filters, ...]. */
  readonly dy: ShapedValue
  /** Of the kernel: [filters, channels of a group, ...]. */
  readonly shape: readonly number[]
  readonly windows: Windows
  readonly group: number
}

/**
 * The gradient of a convolution's kernel, as a product of matrices where patches are worth their copy, which is 2 (3 x 3)
 * to 14 times (1 x 1) as fast on onnxruntime-web's WASM; else as a convolution.
 */
export function gradientOfKernel(convolution: Convolution): ShapedValue {
  const { shape, windows, group, x } = convolution
  const numbers = x.shape[0]! * volume(windows.output) * volume(shape.slice(1))
  const patches = group === 1 && shape[1]! >= leastChannelsOfPatches && numbers <= mostNumbersOfPatches
  return patches ? byPatches(convolution) : byConvolution(convolution)
}

/** dW = dY P: one row of P for each window, one column for each tap of each channel. */
function byPatches({ emit, x, dy, shape, windows }: Convolution): ShapedValue {
  const [filters, channels] = shape as readonly [number, number]
  const [taps, rows] = [volume(windows.kernel), x.shape[0]! * volume(windows.output)]
  const patches = emit.reshape(patchesOf(emit, x, windows), [rows, taps * channels])
  const gradients = emit.reshape(emit.transpose(dy, exchanged(dy)), [filters, rows])
  const product = emit.op('Gemm', [gradients, patches], [filters, taps * channels])
  const byTap = emit.reshape(product, [filters, taps, channels])
  return emit.reshape(emit.transpose(byTap, [0, 2, 1]), shape)
}

/** What each window sees, [batch, windows, taps, channels]. With channels last, a tap is one run of memory. */
function patchesOf(emit: Emitter, x: ShapedValue, windows: Windows): ShapedValue {
  const { kernel, strides, dilations, begin, end, output } = windows
  const [batch, channels] = x.shape as readonly [number, number]
  const last = emit.transpose(x, [0, ...kernel.map((_, axis) => axis + 2), 1])
  const padded = emit.pad(last, [0, ...begin, 0], [0, ...end, 0])
  const spatial = padded.shape.slice(1, -1)
  if (volume(kernel) === 1 && volume(output) === volume(spatial)) return padded
  // Places in a row-major plane are sums of one term for each axis; the engine adds them up when it loads the graph.
  const terms = kernel.map((taps, axis) => {
    const run = volume(spatial.slice(axis + 1))
    const places = Array.from({ length: output[axis]! }, (_, at) =>
      Array.from({ length: taps }, (_, tap) => (at * strides[axis]! + tap * dilations[axis]!) * run),
    )
    const along = (sizes: readonly number[]): number[] =>
      sizes.map((size, other) => (other === axis ? size : 1))
    return emit.constant('int32', [...along(output), ...along(kernel)], places.flat())
  })
  const places = terms.reduce((sum, term) => emit.binary('Add', sum, term))
  const pixels = emit.reshape(padded, [batch, volume(spatial), channels])
  const shape = [batch, volume(output), volume(kernel), channels]
  const index = emit.reshape(places, shape.slice(1, 3))
  return emit.op('Gather', [pixels, index], shape, { axis: 1 })
}

/**
 * With batch and channels exchanged, the batch is what the convolution sums over, dY is its kernel, and stride and
 * dilation exchange their roles. Groups of channels stay groups: [N, gC, ...] becomes [C, gN, ...].
 */
function byConvolution({ emit, x, dy, shape, windows, group }: Convolution): ShapedValue {
  const { strides, dilations, begin, end, kernel } = windows
  const [batch, channels] = x.shape as readonly [number, number]
  const spatial = x.shape.slice(2)
  const perGroup = channels / group
  const grouped = (): ShapedValue => {
    const split = emit.reshape(x, [batch, group, perGroup, ...spatial])
    const turned = emit.transpose(split, [2, 1, 0, ...spatial.map((_, axis) => axis + 3)])
    return emit.reshape(turned, [perGroup, group * batch, ...spatial])
  }
  const image = group === 1 ? emit.transpose(x, exchanged(x)) : grouped()
  const filters = emit.transpose(dy, exchanged(dy))
  // Positions that no window reached appear behind the kernel; they are cut off.
  const beyond = unreached(windows).map((rest, axis) => Math.floor(rest / dilations[axis]!))
  const size = kernel.map((taps, axis) => taps + beyond[axis]!)
  const attributes = { strides: dilations, dilations: strides, group, pads: [...begin, ...end] }
  const whole = convolution(emit, [image, filters], [perGroup, shape[0]!, ...size], attributes)
  const axes = kernel.map((_, axis) => axis + 2)
  const starts = kernel.map(() => 0)
  const cut = emit.slice(whole, axes, starts, kernel)
  return emit.transpose(cut, exchanged(cut))
}

/** The order of axes in which batch and channels change places. */
function exchanged({ shape }: ShapedValue): number[] {
  return shape.map((_, axis) => (axis < 2 ? 1 - axis : axis))
}
