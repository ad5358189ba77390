import type { TypedNode } from './type-rule.ts'

/** The whole numbers that a node gives, in the order of the tensor; undefined where they depend on the input. */
type FoldRule = (node: TypedNode) => number[] | undefined

const same: FoldRule = (node) => node.ints(0)

const arithmetic =
  (operate: (a: number, b: number) => number): FoldRule =>
  (node) => {
    const [a, b] = [node.ints(0), node.ints(1)]
    if (!a || !b || (a.length !== b.length && a.length !== 1 && b.length !== 1)) return undefined
    return Array.from({ length: a.length === 1 ? b.length : a.length }, (_, index) =>
      operate(a.length === 1 ? a[0]! : a[index]!, b.length === 1 ? b[0]! : b[index]!),
    )
  }

const shape: FoldRule = (node) => {
  const { attributes } = node
  const dims = node.input(0)?.shape
  const sizes = dims?.slice(attributes.int('start', 0), attributes.int('end', dims.length))
  return sizes?.every((dim) => typeof dim === 'number') ? sizes : undefined
}

const gather: FoldRule = (node) => {
  const [values, indices] = [node.ints(0), node.ints(1)]
  if (!values || !indices || node.input(0)?.shape?.length !== 1) return undefined
  const found = indices.map((index) => values.at(index))
  return found.every((value) => value !== undefined) ? found : undefined
}

const concat: FoldRule = (node) => {
  const parts = Array.from({ length: node.inputs }, (_, index) =>
    node.input(index)?.shape?.length === 1 ? node.ints(index) : undefined,
  )
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined
}

const slice: FoldRule = (node) => {
  const [values, starts, ends] = [node.ints(0), node.ints(1), node.ints(2)]
  if (!values || !starts || !ends || node.has(4) || node.input(0)?.shape?.length !== 1) return undefined
  return values.slice(starts[0], ends[0])
}

/** The arithmetic that exporters put around shapes. */
const rules: Readonly<Record<string, FoldRule>> = {
  Add: arithmetic((a, b) => a + b),
  Cast: same,
  Concat: concat,
  Div: arithmetic((a, b) => Math.trunc(a / b)),
  Gather: gather,
  Identity: same,
  Mul: arithmetic((a, b) => a * b),
  Reshape: same,
  Shape: shape,
  Slice: slice,
  Squeeze: same,
  Sub: arithmetic((a, b) => a - b),
  Unsqueeze: same,
}

/** What the operator called `name` gives for known whole numbers. */
export function foldInts(name: string, node: TypedNode): number[] | undefined {
  return Object.hasOwn(rules, name) ? rules[name]!(node) : undefined
}
