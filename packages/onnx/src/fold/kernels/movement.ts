import { fromFront } from '../../infer/type-rule.ts'
import { sliceRange } from '../../infer/slice-range.ts'
import { type Kernel, numbersOf } from '../kernel.ts'
import { broadcastTo, fill, stridesOf, view } from '../known-tensor.ts'

const reshaped: Kernel = ({ inputs: [x], outputs: [type] }) => x && type && [{ ...x, shape: type.shape }]

const transpose: Kernel = ({ attributes, inputs: [x], outputs: [type] }) => {
  if (!x || !type) return undefined
  const strides = stridesOf(x.shape)
  const order = attributes.ints('perm') ?? x.shape.map((_, axis) => x.shape.length - 1 - axis)
  return [
    view(
      x,
      type,
      order.map((axis) => strides[axis]!),
    ),
  ]
}

const expand: Kernel = ({ inputs: [x], outputs: [type] }) => x && type && [broadcastTo(x, type.shape)]

const slice: Kernel = (node) => {
  const {
    attributes,
    inputs: [x],
    outputs: [type],
  } = node
  const starts = numbersOf(node, 1) ?? attributes.ints('starts')
  const ends = numbersOf(node, 2) ?? attributes.ints('ends')
  if (!x || !type || !starts || !ends) return undefined
  const axes = numbersOf(node, 3) ?? attributes.ints('axes') ?? starts.map((_, axis) => axis)
  const steps = numbersOf(node, 4) ?? starts.map(() => 1)
  const strides = stridesOf(x.shape)
  let offset = 0
  for (const [at, wanted] of axes.entries()) {
    const axis = fromFront(wanted, x.shape.length)
    const { start } = sliceRange(x.shape[axis]!, starts[at]!, ends[at]!, steps[at]!)
    offset += start * strides[axis]!
    strides[axis]! *= steps[at]!
  }
  return [view(x, type, strides, offset)]
}

const split: Kernel = ({ attributes, inputs: [x], outputs }) => {
  if (!x) return undefined
  const axis = fromFront(attributes.int('axis', 0), x.shape.length)
  const strides = stridesOf(x.shape)
  let start = 0
  return outputs.map((type) => {
    const part = view(x, type, strides, start * strides[axis]!)
    start += type.shape[axis]!
    return part
  })
}

const concat: Kernel = ({ attributes, inputs, outputs: [type] }) => {
  if (!type) return undefined
  const axis = fromFront(attributes.int('axis', 0), type.shape.length)
  const step = stridesOf(type.shape)[axis]!
  const size = type.shape[axis]!
  const places = inputs.flatMap((input) =>
    Array.from({ length: input?.shape[axis] ?? 0 }, (_, place) => ({ input, place })),
  )
  return [
    fill(type, (index) => {
      const part = places[Math.floor(index / step) % size]
      const row = Math.floor(index / (step * size))
      return part?.input?.data[(row * part.input.shape[axis]! + part.place) * step + (index % step)]
    }),
  ]
}

const gather: Kernel = (node) => {
  const {
    attributes,
    inputs: [x],
    outputs: [type],
  } = node
  const indices = numbersOf(node, 1)
  if (!x || !type || !indices) return undefined
  const axis = fromFront(attributes.int('axis', 0), x.shape.length)
  const [step, size] = [stridesOf(x.shape)[axis]!, x.shape[axis]!]
  return [
    fill(type, (index) => {
      const at = fromFront(indices[Math.floor(index / step) % indices.length]!, size)
      const row = Math.floor(index / (step * indices.length))
      return at >= 0 && at < size ? x.data[(row * size + at) * step + (index % step)] : undefined
    }),
  ]
}

const tile: Kernel = ({ inputs: [x], outputs: [type] }) => {
  if (!x || !type) return undefined
  const [steps, strides] = [stridesOf(type.shape), stridesOf(x.shape)]
  return [
    fill(type, (index) => {
      let at = 0
      for (const [axis, step] of steps.entries())
        at += ((Math.floor(index / step) % type.shape[axis]!) % x.shape[axis]!) * strides[axis]!
      return x.data[at]
    }),
  ]
}

/** Operators that move elements and leave them what they are. */
export const movementKernels: Readonly<Record<string, Kernel>> = {
  Concat: concat,
  Expand: expand,
  Flatten: reshaped,
  Gather: gather,
  Identity: reshaped,
  Reshape: reshaped,
  Slice: slice,
  Split: split,
  Squeeze: reshaped,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: reshaped,
}
