import { type ForwardNode, requiredInput } from '../forward-node.ts'
import type { ShapedValue } from '../emitter.ts'
import { firstOutputRule, type GradientRule, type Gradients, type RuleContext } from '../rule.ts'
import { unreached, type Windows, windowsOf } from '../windows.ts'
import { areTiles, repeat, uncrop, volume } from './tiles.ts'

/** Every element of a window gets an equal part. */
export const averagePool: GradientRule = firstOutputRule(writeAveragePool, (node) =>
  unreached(windowsOf(node, kernelOf(node))).some((rest) => rest < 0)
    ? 'its last window reaches beyond the padding (ceil_mode)'
    : undefined,
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
