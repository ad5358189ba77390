import { HomingError } from '@homing/protocol'

import { type AttributeInputs, makeAttributes } from '../builder/attributes.ts'
import type { TensorType } from '../builder/value-info.ts'
import type { AttributeProto, NodeProto } from '../generated/onnx-ml_pb.js'
import type { ElementType } from '../tensor/element-types.ts'
import type { TensorElements } from '../tensor/make-tensor.ts'

/** What surrounds a node that is rewritten: a graph, a body or a function. */
export interface UpgradeScope {
  /** Type of a value of the model as it was, as far as it is known. */
  type(name: string): TensorType | undefined
  /** Numbers of a value that does not depend on the inputs. */
  numbers(name: string): number[] | undefined
  isRead(name: string): boolean
  /** A name that no value has, made from `stem`. */
  fresh(stem: string): string
  /** Stores a tensor beside the node and gives its name. */
  constant(stem: string, dtype: ElementType, shape: readonly number[], data: TensorElements): string
}

/**
 * Rewrites a node of one operator set in the form of the next: the node may be changed in place; given back is what
 * stands in its place, in the order of execution.
 */
export type UpgradeRule = (node: NodeProto, scope: UpgradeScope) => NodeProto[]

/**
 * Takes an attribute out of a node.
 * @throws HomingError ONNX_UNSUPPORTED when a function leaves its value to the caller.
 */
export function takeAttribute(node: NodeProto, name: string): AttributeProto | undefined {
  const index = node.attribute.findIndex((attribute) => attribute.name === name)
  if (index === -1) return undefined
  const [attribute] = node.attribute.splice(index, 1)
  if (attribute?.refAttrName)
    refuseUpgrade(node, `its ${name} is an attribute of the function that it stands in`)
  return attribute
}

/** Sets an attribute in place of the one of the same name. */
export function setAttributes(node: NodeProto, attributes: AttributeInputs): void {
  const names = new Set(Object.keys(attributes))
  node.attribute = [...node.attribute.filter(({ name }) => !names.has(name)), ...makeAttributes(attributes)]
}

/** Gives a node an input at `index`, with inputs left out before it. */
export function setInput(node: NodeProto, index: number, name: string): void {
  while (node.input.length <= index) node.input.push('')
  node.input[index] = name
}

/** Refuses a node that has no form in a newer operator set. */
export function refuseUpgrade(node: NodeProto, reason: string): never {
  const what = node.name ? `${node.opType} "${node.name}"` : `${node.opType} of "${node.output[0] ?? ''}"`
  throw new HomingError(
    'ONNX_UNSUPPORTED',
    `${what} cannot be written in a newer operator set: ${reason}. Export the model in the newer set.`,
    { details: { operator: node.opType } },
  )
}
