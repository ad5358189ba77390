import type { Emitter, ShapedValue } from '../emitter.ts'
import { firstOutput, type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule, type Gradients, type RuleContext } from '../rule.ts'
import { unreached, type Windows, windowsOf } from '../windows.ts'

/**
 * The gradient goes to the largest element of each window; equal ones share it. Windows must not overlap: then
 * "largest" is equality with the output, repeated over the window.
 */
export const maxPool: GradientRule = firstOutputRule(writeMaxPool, (node) =>
  areTiles(windowsOf(node, kernelOf(node))) ? undefined : 'its windows overlap, are padded or dilated',
)

function writeMaxPool({ node, emit }: RuleContext, gradient: ShapedValue): Gradients {
  const [x, y] = [requiredInput(node, 0), firstOutput(node)]
  const windows = windowsOf(node, kernelOf(node))
  const { kernel } = windows
  const covered = crop(emit, x, windows)
  const mask = emit.cast(emit.compare('Equal', covered, repeat(emit, y, kernel)), x.dtype)
  const share = emit.op('AveragePool', [mask], y.shape, { kernel_shape: kernel, strides: kernel })
  const each = emit.binary('Div', gradient, emit.binary('Mul', share, volume(kernel)))
  return [uncrop(emit, emit.binary('Mul', mask, repeat(emit, each, kernel)), windows)]
}

/** Every element of a window gets an equal part. */
export const averagePool: GradientRule = firstOutputRule(writeAveragePool, (node) =>
  node.attributes.int('ceil_mode', 0) === 1 ? 'it rounds its output size up (ceil_mode)' : undefined,
)

function writeAveragePool({ node, emit }: RuleContext, gradient: ShapedValue): Gradients {
  const windows = windowsOf(node, kernelOf(node))
  const { kernel, strides, dilations, begin, end } = windows
  if (areTiles(windows)) {
    const each = emit.binary('Mul', gradient, 1 / volume(kernel))
    return [uncrop(emit, repeat(emit, each, kernel), windows)]
  }
  const channels = gradient.shape[1]!
  const counts = emit.constant(
    gradient.dtype,
    [1, 1, ...windows.output],
    countsOf(windows, node.attributes.int('count_include_pad', 0) === 1),
  )
  const ones = emit.constant(
    gradient.dtype,
    [channels, 1, ...kernel],
    new Array<number>(channels * volume(kernel)).fill(1),
  )
  const attributes = {
    strides,
    dilations,
    group: channels,
    pads: [...begin, ...end],
    output_padding: unreached(windows),
  }
  return [
    emit.op(
      'ConvTranspose',
      [emit.binary('Div', gradient, counts), ones],
      requiredInput(node, 0).shape,
      attributes,
    ),
  ]
}

/** Every element gets an equal part. */
export const globalAveragePool: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const { shape } = requiredInput(node, 0)
  const each = emit.binary('Mul', gradient, 1 / volume(shape.slice(2)))
  return [emit.op('Expand', [each, emit.ints(shape)], shape)]
})

function kernelOf(node: ForwardNode): number[] {
  return node.attributes.ints('kernel_shape') ?? []
}

const volume = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1)

/** Whether the windows lie side by side from the first element on, none reaching beyond the last. */
function areTiles(windows: Windows): boolean {
  const { kernel, strides, dilations, begin, end } = windows
  const alone = kernel.every(
    (size, axis) => strides[axis] === size && dilations[axis] === 1 && begin[axis] === 0 && end[axis] === 0,
  )
  return alone && unreached(windows).every((rest) => rest >= 0)
}

/** The elements that windows reach. */
function crop(emit: Emitter, value: ShapedValue, windows: Windows): ShapedValue {
  const rest = unreached(windows)
  if (rest.every((size) => size === 0)) return value
  const ends = windows.input.map((size, axis) => size - rest[axis]!)
  const inputs = [
    value,
    emit.ints(ends.map(() => 0)),
    emit.ints(ends),
    emit.ints(ends.map((_, axis) => axis + 2)),
  ]
  return emit.op('Slice', inputs, [...value.shape.slice(0, 2), ...ends])
}

/** Zeros where no window reaches. */
function uncrop(emit: Emitter, value: ShapedValue, windows: Windows): ShapedValue {
  const rest = unreached(windows)
  if (rest.every((size) => size === 0)) return value
  const pads = [...value.shape.map(() => 0), 0, 0, ...rest]
  return emit.op('Pad', [value, emit.ints(pads)], [...value.shape.slice(0, 2), ...windows.input])
}

/** Each element repeated over a window. */
function repeat(emit: Emitter, value: ShapedValue, kernel: readonly number[]): ShapedValue {
  const scales = emit.constant('float32', [value.shape.length], [1, 1, ...kernel])
  const shape = value.shape.map((dim, axis) => dim * (kernel[axis - 2] ?? 1))
  const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
  return emit.op('Resize', [value, undefined, scales], shape, attributes)
}

/** Over how many elements each window averages, row-major over the output's spatial axes. */
function countsOf(
  { kernel, strides, dilations, begin, input, output }: Windows,
  includePadding: boolean,
): number[] {
  const perAxis = kernel.map((size, axis) =>
    Array.from({ length: output[axis]! }, (_, at) => {
      const taps = Array.from(
        { length: size },
        (_, tap) => at * strides[axis]! + tap * dilations[axis]! - begin[axis]!,
      )
      return includePadding ? size : taps.filter((place) => place >= 0 && place < input[axis]!).length
    }),
  )
  return perAxis.reduce<number[]>(
    (product, counts) => product.flatMap((left) => counts.map((right) => left * right)),
    [1],
  )
}
