import type { NodeAttributes } from '../graph/node-attributes.ts'
import type { KnownTensor, KnownType } from './known-tensor.ts'

/** A node all of whose inputs are at hand. */
export interface KnownNode {
  readonly attributes: NodeAttributes
  /** Undefined where an optional input is left out. */
  readonly inputs: readonly (KnownTensor | undefined)[]
  /** Types of the outputs, as inference has them. */
  readonly outputs: readonly KnownType[]
}

/** Computes the outputs of a node exactly as engines do; undefined where that is not certain. */
export type Kernel = (node: KnownNode) => readonly (KnownTensor | undefined)[] | undefined

/** The whole numbers of an input. */
export function numbersOf(node: KnownNode, index: number): number[] | undefined {
  const input = node.inputs[index]
  return input && Array.from<number | bigint, number>(input.data, Number)
}
