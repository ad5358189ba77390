import type { Dim } from '../builder/value-info.ts'
import { sliceRange } from './slice-range.ts'
import { product as productOf, type TypedNode } from './type-rule.ts'

/** The sizes that a node gives, in the order of the tensor; a dynamic one keeps its name where that is certain. */
type SizeRule = (node: TypedNode) => readonly Dim[] | undefined

const same: SizeRule = (node) => node.sizes(0)

const arithmetic =
  (operate: (a: Dim, b: Dim) => Dim): SizeRule =>
  (node) => {
    const [a, b] = [node.sizes(0), node.sizes(1)]
    if (!a || !b || (a.length !== b.length && a.length !== 1 && b.length !== 1)) return undefined
    return Array.from({ length: a.length === 1 ? b.length : a.length }, (_, index) =>
      operate(a.length === 1 ? a[0]! : a[index]!, b.length === 1 ? b[0]! : b[index]!),
    )
  }

/** A name survives what leaves any number as it is. */
const sum = (a: Dim, b: Dim): Dim =>
  typeof a === 'number' && typeof b === 'number' ? a + b : a === 0 ? b : b === 0 ? a : ''
const difference = (a: Dim, b: Dim): Dim =>
  typeof a === 'number' && typeof b === 'number' ? a - b : b === 0 ? a : ''
const product = (a: Dim, b: Dim): Dim =>
  typeof a === 'number' && typeof b === 'number' ? a * b : a === 1 ? b : b === 1 ? a : ''
const quotient = (a: Dim, b: Dim): Dim => {
  if (typeof a === 'number' && typeof b === 'number' && b !== 0) return Math.trunc(a / b)
  return b === 1 ? a : ''
}

/** Exporters ask whether a size is -1, which no size is. */
const equal = (a: Dim, b: Dim): Dim => {
  if (typeof a === 'number' && typeof b === 'number') return a === b ? 1 : 0
  const [number, name] = typeof a === 'number' ? [a, b] : [b, a]
  return name !== '' && typeof number === 'number' && number < 0 ? 0 : ''
}

const where: SizeRule = (node) => {
  const [condition, yes, no] = [node.sizes(0), node.sizes(1), node.sizes(2)]
  if (!condition || !yes || !no) return undefined
  const length = Math.max(condition.length, yes.length, no.length)
  const at = (list: readonly Dim[], index: number): Dim | undefined => list[list.length === 1 ? 0 : index]
  const chosen = Array.from({ length }, (_, index): Dim | undefined => {
    const flag = at(condition, index)
    const [one, other] = [at(yes, index), at(no, index)]
    return typeof flag === 'number' ? (flag ? one : other) : one === other ? one : ''
  })
  return chosen.every((dim) => dim !== undefined) ? chosen : undefined
}

const shape: SizeRule = (node) => {
  const dims = node.input(0)?.shape
  return dims?.slice(node.attributes.int('start', 0), node.attributes.int('end', dims.length))
}

const count: SizeRule = (node) => {
  const dims = node.input(0)?.shape
  return dims && [productOf(dims)]
}

const isVector = (node: TypedNode, index: number): boolean => node.input(index)?.shape?.length === 1

const gather: SizeRule = (node) => {
  const [values, indices] = [node.sizes(0), node.ints(1)]
  if (!values || !indices || !isVector(node, 0)) return undefined
  const found = indices.map((index) => values.at(index))
  return found.every((value) => value !== undefined) ? found : undefined
}

const concat: SizeRule = (node) => {
  const parts = Array.from({ length: node.inputs }, (_, index) => {
    const [length] = isVector(node, index) ? node.input(index)!.shape! : []
    const unknown =
      typeof length === 'number' && length <= maxUnknownSizes ? Array<Dim>(length).fill('') : undefined
    return node.sizes(index) ?? unknown
  })
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined
}

/** A vector of sizes is no longer than a rank; beyond that nothing is known of vectors that are not known. */
const maxUnknownSizes = 32

const slice: SizeRule = (node) => {
  const values = node.sizes(0)
  const [start] = node.ints(1) ?? node.attributes.ints('starts') ?? []
  const [end] = node.ints(2) ?? node.attributes.ints('ends') ?? []
  const [step] = node.has(4) ? (node.ints(4) ?? []) : [1]
  if (!values || start === undefined || end === undefined || !step || !isVector(node, 0)) return undefined
  const range = sliceRange(values.length, start, end, step)
  return Array.from({ length: range.length }, (_, index) => values[range.start + index * step]!)
}

/** The arithmetic that exporters put around shapes. */
const rules: Readonly<Record<string, SizeRule>> = {
  Add: arithmetic(sum),
  Cast: same,
  Concat: concat,
  Div: arithmetic(quotient),
  Equal: arithmetic(equal),
  Gather: gather,
  Identity: same,
  Mul: arithmetic(product),
  Reshape: same,
  Shape: shape,
  Size: count,
  Slice: slice,
  Squeeze: same,
  Sub: arithmetic(difference),
  Unsqueeze: same,
  Where: where,
}

/** The sizes that the operator called `name` gives for what is known of its inputs. */
export function inferSizes(name: string, node: TypedNode): readonly Dim[] | undefined {
  return Object.hasOwn(rules, name) ? rules[name]!(node) : undefined
}
