import { firstOutput, type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { volume } from './tiles.ts'

/** Where an axis of one size is read for each place of another. */
interface Resampling {
  readonly input: number
  readonly output: number
  readonly scale: number
}

/**
 * Nearest and linear: along each axis a product with a matrix of weights, whose gradient is one with the transposed
 * matrix.
 */
export const resize: GradientRule = firstOutputRule(
  ({ node, emit }, gradient) => {
    const { shape } = requiredInput(node, 0)
    return [
      shape.reduce((value, input, axis) => {
        const output = value.shape[axis]!
        if (input === output) return value
        const weights = weightsOf(node, { input, output, scale: scaleOf(node, axis, input, output) })
        const matrix = emit.constant(value.dtype, [input, output], weights)
        const [before, after] = [value.shape.slice(0, axis), value.shape.slice(axis + 1)].map(volume)
        const folded = emit.reshape(value, [before!, output, after!])
        const product = emit.op('MatMul', [matrix, folded], [before!, input, after!])
        return emit.reshape(product, value.shape.with(axis, input))
      }, gradient),
    ]
  },
  (node) => {
    const { attributes } = node
    const mode = attributes.string('mode', 'nearest')
    const transformation = attributes.string('coordinate_transformation_mode', 'half_pixel')
    if (mode !== 'nearest' && mode !== 'linear') return `its mode is "${mode}"`
    if (!Object.hasOwn(origins, transformation)) return `its coordinates are "${transformation}"`
    if (attributes.int('antialias', 0) === 1) return 'it is smoothed against aliasing'
    return node.inputs[2] && !node.numbers(2) ? 'its scales are not known before it runs' : undefined
  },
  [1, 2, 3],
)

/** ONNX operators, Resize: where in the input a place of the output lies, by coordinate_transformation_mode. */
const origins: Readonly<Record<string, (place: number, axis: Resampling) => number>> = {
  half_pixel: (place, { scale }) => (place + 0.5) / scale - 0.5,
  pytorch_half_pixel: (place, { scale, output }) => (output > 1 ? (place + 0.5) / scale - 0.5 : 0),
  asymmetric: (place, { scale }) => place / scale,
  align_corners: (place, { input, output }) => (output > 1 ? (place * (input - 1)) / (output - 1) : 0),
}

/** By nearest_mode. */
const roundings: Readonly<Record<string, (place: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round_prefer_floor: (place) => Math.ceil(place - 0.5),
  round_prefer_ceil: (place) => Math.floor(place + 0.5),
}

function scaleOf(node: ForwardNode, axis: number, input: number, output: number): number {
  const scales = node.numbers(2)
  if (!scales?.length) return output / input
  const rank = firstOutput(node).shape.length
  const axes = node.attributes.ints('axes')?.map((given) => (given < 0 ? given + rank : given))
  return scales[axes ? axes.indexOf(axis) : axis] ?? output / input
}

/** How much of each place of the output each place of the input makes: [input, output], row-major. */
function weightsOf({ attributes }: ForwardNode, axis: Resampling): number[] {
  const origin = origins[attributes.string('coordinate_transformation_mode', 'half_pixel')]!
  const rounded = roundings[attributes.string('nearest_mode', 'round_prefer_floor')]!
  const linear = attributes.string('mode', 'nearest') === 'linear'
  const clamp = (place: number): number => Math.min(Math.max(place, 0), axis.input - 1)
  const weights = new Array<number>(axis.input * axis.output).fill(0)
  for (let place = 0; place < axis.output; place++) {
    const from = origin(place, axis)
    const add = (at: number, weight: number): void => {
      weights[clamp(at) * axis.output + place]! += weight
    }
    const lower = Math.floor(clamp(from))
    if (!linear) add(rounded(from), 1)
    else {
      add(lower, 1 - (clamp(from) - lower))
      add(lower + 1, clamp(from) - lower)
    }
  }
  return weights
}
