import type { Dim, TensorType } from '../builder/value-info.ts'
import type { NodeAttributes } from '../graph/node-attributes.ts'

/** A node whose inputs are typed as far as they are known. */
export interface TypedNode {
  readonly attributes: NodeAttributes
  /** How many outputs the node has. */
  readonly outputs: number
  /** How many inputs the node has. */
  readonly inputs: number
  /** Version of the operator set that the node belongs to. */
  readonly opset: number
  /** Type of an input; undefined when it is left out or unknown. */
  input(index: number): TensorType | undefined
  /** Whole numbers of an input that is known without running the model. */
  ints(index: number): number[] | undefined
  /** Floating-point numbers of an input that is known without running the model. */
  floats(index: number): number[] | undefined
  /** Whether an input is given at all. */
  has(index: number): boolean
}

/** Types of the outputs of a node, as far as they follow from its inputs; undefined where they do not. */
export type TypeRule = (node: TypedNode) => (TensorType | undefined)[]

/** Shape of the first input when its rank is known. */
export function shapeOf(node: TypedNode, index = 0): readonly Dim[] | undefined {
  return node.input(index)?.shape
}

/** A rule for operators whose one output has the type of the first input and the shape that `shape` gives. */
export function shaped(shape: (node: TypedNode) => readonly Dim[] | undefined): TypeRule {
  return (node) => {
    const dtype = node.input(0)?.dtype
    return [dtype && { dtype, shape: shape(node) }]
  }
}

/** `axis` counted from the front. */
export function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

/** Product of sizes; the empty string (unknown) when one of them is dynamic. */
export function product(dims: readonly Dim[]): Dim {
  if (dims.length === 1) return dims[0]!
  return dims.reduce(
    (total: Dim, dim) => (typeof total === 'number' && typeof dim === 'number' ? total * dim : ''),
    1,
  )
}
