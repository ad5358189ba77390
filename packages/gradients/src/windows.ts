import { firstOutput, type ForwardNode, requiredInput } from './forward-node.ts'

/** How a window moves over the spatial axes of a tensor, padding made explicit. One entry per spatial axis. */
export interface Windows {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly begin: readonly number[]
  readonly end: readonly number[]
  /** Sizes before and after. */
  readonly input: readonly number[]
  readonly output: readonly number[]
}

/** The windows of a convolution or pooling of `kernel`. */
export function windowsOf(node: ForwardNode, kernel: readonly number[]): Windows {
  const input = requiredInput(node, 0).shape.slice(2)
  const output = firstOutput(node).shape.slice(2)
  const ones = kernel.map(() => 1)
  const strides = node.attributes.ints('strides') ?? ones
  const dilations = node.attributes.ints('dilations') ?? ones
  const autoPad = node.attributes.string('auto_pad', 'NOTSET')
  const none = [...kernel, ...kernel].map(() => 0)
  const explicit = (autoPad === 'VALID' ? undefined : node.attributes.ints('pads')) ?? none
  const windows = { kernel, strides, dilations, input, output }
  const beyond = kernel.map((size, axis) => {
    const reach = (output[axis]! - 1) * strides[axis]! + (size - 1) * dilations[axis]! + 1
    return reach - input[axis]!
  })
  if (autoPad !== 'SAME_UPPER' && autoPad !== 'SAME_LOWER') {
    const begin = explicit.slice(0, kernel.length)
    const end = explicit.slice(kernel.length)
    // Rounded up, the last window may reach beyond the padding that was asked for.
    return { ...windows, begin, end: end.map((size, axis) => Math.max(size, beyond[axis]! - begin[axis]!)) }
  }
  const totals = beyond.map((size) => Math.max(0, size))
  const less = totals.map((total) => Math.floor(total / 2))
  const more = totals.map((total) => Math.ceil(total / 2))
  return autoPad === 'SAME_UPPER'
    ? { ...windows, begin: less, end: more }
    : { ...windows, begin: more, end: less }
}

/** Elements at the end of each padded axis that no window reaches. */
export function unreached({ kernel, strides, dilations, begin, end, input, output }: Windows): number[] {
  return kernel.map((size, axis) => {
    const reach = (output[axis]! - 1) * strides[axis]! + (size - 1) * dilations[axis]! + 1
    return input[axis]! + begin[axis]! + end[axis]! - reach
  })
}
