import type { Dim } from '../../builder/value-info.ts'
import { shaped, shapeOf, type TypedNode, type TypeRule } from '../type-rule.ts'

const times = (dim: Dim, factor: number): Dim => (typeof dim === 'number' ? dim * factor : '')

/** Blocks of channels become blocks of positions, or the other way round. */
const blocks =
  (toSpace: boolean) =>
  (node: TypedNode): Dim[] | undefined => {
    const [batch, channels, height, width] = shapeOf(node) ?? []
    const size = node.attributes.int('blocksize', 1)
    const factor = toSpace ? size : 1 / size
    if (width === undefined) return undefined
    return [batch!, times(channels!, 1 / factor ** 2), times(height!, factor), times(width, factor)]
  }

const gridSample = (node: TypedNode): Dim[] | undefined => {
  const [shape, grid] = [shapeOf(node), shapeOf(node, 1)]
  return shape && grid && [...shape.slice(0, 2), ...grid.slice(1, -1)]
}

const roiAlign = (node: TypedNode): Dim[] | undefined => {
  const { attributes } = node
  const size = [attributes.int('output_height', 1), attributes.int('output_width', 1)]
  return [shapeOf(node, 1)?.[0] ?? '', shapeOf(node)?.[1] ?? '', ...size]
}

/** Terms of letters alone: an ellipsis stands for axes that only the engine counts. */
const einsum = (node: TypedNode): Dim[] | undefined => {
  const equation = node.attributes.string('equation', '').replaceAll(' ', '')
  const [left = '', right] = equation.split('->')
  const terms = left.split(',')
  if (equation.includes('.') || terms.length !== node.inputs) return undefined
  const sizes = new Map<string, Dim>()
  for (const [index, term] of terms.entries()) {
    const shape = shapeOf(node, index)
    if (shape?.length !== term.length) return undefined
    for (const [axis, letter] of Array.from(term).entries()) {
      const known = sizes.get(letter)
      if (known === undefined || known === 1 || typeof known === 'string') sizes.set(letter, shape[axis]!)
    }
  }
  // Without an arrow, the letters that occur once, in the order of the alphabet.
  const once = [...sizes.keys()].filter((letter) => left.split(letter).length === 2).sort()
  return Array.from<string>(right ?? once).map((letter) => sizes.get(letter) ?? '')
}

/** Rules of operators that lay the elements of their inputs out anew. */
export const rearrangingRules: Readonly<Record<string, TypeRule>> = {
  DepthToSpace: shaped(blocks(true)),
  Det: shaped((node) => shapeOf(node)?.slice(0, -2)),
  Einsum: shaped(einsum),
  GridSample: shaped(gridSample),
  RoiAlign: shaped(roiAlign),
  SpaceToDepth: shaped(blocks(false)),
}
