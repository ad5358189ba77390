import type { Dim } from '../../builder/value-info.ts'
import { sliceRange } from '../slice-range.ts'
import { fromFront, shaped, shapeOf, type TypedNode, type TypeRule } from '../type-rule.ts'

/** Whole numbers given as an input (newer operator sets) or as an attribute (older ones). */
const given = (node: TypedNode, index: number, name: string): number[] | undefined =>
  node.ints(index) ?? node.attributes.ints(name)

/** A shape changed along the axes that `sizes` lists; undefined in `sizes` leaves the size unknown. */
function along(
  shape: readonly Dim[],
  axes: readonly number[],
  size: (dim: number, at: number) => number | undefined,
): Dim[] {
  const places = axes.map((axis) => fromFront(axis, shape.length))
  return shape.map((dim, axis) => {
    const at = places.indexOf(axis)
    if (at === -1) return dim
    return typeof dim === 'number' ? (size(dim, at) ?? '') : ''
  })
}

const unknown = (shape: readonly Dim[] | undefined): Dim[] | undefined => shape?.map(() => '')
const firstAxes = (count: number): number[] => Array.from({ length: count }, (_, axis) => axis)

const slice = (node: TypedNode): Dim[] | undefined => {
  const shape = shapeOf(node)
  const [starts, ends] = [given(node, 1, 'starts'), given(node, 2, 'ends')]
  if (!shape || !starts || !ends) return unknown(shape)
  const axes = node.has(3) ? node.ints(3) : (node.attributes.ints('axes') ?? firstAxes(starts.length))
  const steps = node.has(4) ? node.ints(4) : starts.map(() => 1)
  if (!axes || !steps) return unknown(shape)
  return along(shape, axes, (dim, at) => sliceRange(dim, starts[at]!, ends[at]!, steps[at]!).length)
}

const split: TypeRule = (node) => {
  const dtype = node.input(0)?.dtype
  const shape = shapeOf(node)
  const sizes = node.has(1) ? node.ints(1) : node.attributes.ints('split')
  const part = (index: number): Dim[] | undefined =>
    shape &&
    along(shape, [node.attributes.int('axis', 0)], (dim) => {
      if (sizes || node.has(1)) return sizes?.[index]
      const even = Math.ceil(dim / node.outputs)
      return Math.max(0, Math.min(even, dim - index * even))
    })
  return Array.from({ length: node.outputs }, (_, index) => dtype && { dtype, shape: part(index) })
}

const pad = (node: TypedNode): Dim[] | undefined => {
  const shape = shapeOf(node)
  const pads = given(node, 1, 'pads')
  const axes = node.has(3) ? node.ints(3) : shape && firstAxes(shape.length)
  if (!shape || !pads || !axes) return unknown(shape)
  return along(shape, axes, (dim, at) => dim + pads[at]! + pads[at + axes.length]!)
}

const tile = (node: TypedNode): Dim[] | undefined => {
  const shape = shapeOf(node)
  const repeats = node.ints(1)
  if (!shape || !repeats) return unknown(shape)
  return along(shape, firstAxes(shape.length), (dim, at) => dim * repeats[at]!)
}

const resize = (node: TypedNode): Dim[] | undefined => {
  const shape = shapeOf(node)
  const { attributes } = node
  const plain =
    attributes.string('coordinate_transformation_mode', '') !== 'tf_crop_and_resize' &&
    attributes.string('keep_aspect_ratio_policy', 'stretch') === 'stretch'
  if (!shape || !plain) return unknown(shape)
  const sizes = node.ints(3)
  // Before operator set 11, and in Upsample, the scales were the second input.
  const scales = node.inputs === 2 ? node.floats(1) : node.floats(2)
  const axes = attributes.ints('axes') ?? firstAxes(shape.length)
  if (sizes?.length) return along(shape, axes, (_, at) => sizes[at])
  if (scales?.length) return along(shape, axes, (dim, at) => Math.floor(dim * scales[at]!))
  return unknown(shape)
}

/** Rules of operators that cut, pad, repeat or resample along axes. */
export const resizingRules: Readonly<Record<string, TypeRule>> = {
  Pad: shaped(pad),
  Resize: shaped(resize),
  Slice: shaped(slice),
  Split: split,
  Tile: shaped(tile),
  Upsample: shaped(resize),
}
