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
  /** Whole numbers of an input that are sizes, of which some may be dynamic. */
  sizes(index: number): readonly Dim[] | undefined
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

/** Product of sizes; the empty string (unknown) when one of them is dynamic, unless it is the only one besides ones. */
export function product(dims: readonly Dim[]): Dim {
  const factors = dims.filter((dim) => dim !== 1)
  if (factors.length === 1) return factors[0]!
  return factors.reduce(
    (total: Dim, dim) => (typeof total === 'number' && typeof dim === 'number' ? total * dim : ''),
    1,
  )
}

/** What `whole` dims have more than `part` of them; the names that both have cancel each other. */
export function quotient(whole: readonly Dim[], part: readonly Dim[]): Dim {
  const rest = [...whole]
  const divisors = part.filter((dim) => {
    const at = typeof dim === 'string' && dim !== '' ? rest.indexOf(dim) : -1
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
  const [total, divisor] = [product(rest.filter((dim) => typeof dim === 'number')), product(divisors)]
  const names = rest.filter((dim) => typeof dim === 'string')
  if (typeof total !== 'number' || typeof divisor !== 'number' || divisor === 0) return ''
  const factor = total / divisor
  if (names.length === 0) return Number.isSafeInteger(factor) ? factor : ''
  return names.length === 1 && factor === 1 ? names[0]! : ''
}

/** A shape of which only the rank is known. */
export function unknownDims(rank: Dim | undefined): Dim[] | undefined {
  return typeof rank === 'number' && rank <= maxInferredRank
    ? Array.from({ length: rank }, () => '')
    : undefined
}

/** Above this, a rank is nonsense. */
const maxInferredRank = 32
