import { type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { unreached, type Windows, windowsOf } from '../windows.ts'
import { areTiles, repeat, uncrop, volume } from './tiles.ts'

/** Every element of a window gets an equal part. */
export const averagePool: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const windows = windowsOf(node, kernelOf(node))
  const { kernel, strides, dilations, begin, end } = windows
  if (areTiles(windows)) {
    const each = emit.binary('Mul', gradient, 1 / volume(kernel))
    return [uncrop(emit, repeat(emit, each, kernel), windows)]
  }
  const channels = gradient.shape[1]!
  const counts = emit.constant(gradient.dtype, [1, 1, ...windows.output], countsOf(node, windows))
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
})

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
function countsOf(node: ForwardNode, windows: Windows): number[] {
  const { kernel, strides, dilations, begin, end, input, output } = windows
  const withPadding = node.attributes.int('count_include_pad', 0) === 1
  // What a window reaches beyond the padding that was asked for is no element.
  const padding = node.attributes.ints('pads')?.slice(kernel.length) ?? end
  const perAxis = kernel.map((size, axis) => {
    const first = withPadding ? -begin[axis]! : 0
    const last = input[axis]! + (withPadding ? padding[axis]! : 0)
    return Array.from({ length: output[axis]! }, (_, at) => {
      const start = at * strides[axis]! - begin[axis]!
      const taps = Array.from({ length: size }, (_, tap) => start + tap * dilations[axis]!)
      return taps.filter((place) => place >= first && place < last).length
    })
  })
  return perAxis.reduce<number[]>(
    (product, counts) => product.flatMap((left) => counts.map((right) => left * right)),
    [1],
  )
}
