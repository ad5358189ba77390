import type { NodeAttributes, NodeProto } from '@homing/onnx'
import { HomingError } from '@homing/protocol'

import type { ShapedValue } from './emitter.ts'

/** A node of the inference graph with its tensors' shapes and its attributes. */
export interface ForwardNode {
  readonly type: string
  /** For messages: the operator and its name. */
  readonly what: string
  /** Undefined where an optional input is left out. */
  readonly inputs: readonly (ShapedValue | undefined)[]
  readonly outputs: readonly (ShapedValue | undefined)[]
  /** Whether the shapes of all its tensors are known. */
  readonly shaped: boolean
  readonly attributes: NodeAttributes
  /** The numbers of a small input that does not depend on the graph's inputs. */
  numbers(index: number): number[] | undefined
  /** Version of the operator set of the model. */
  readonly opset: number
  readonly proto: NodeProto
}

/** The input that the operator cannot do without. */
export function requiredInput(node: ForwardNode, index: number): ShapedValue {
  const input = node.inputs[index]
  if (!input) throw new HomingError('ONNX_INVALID', `${node.what} lacks input ${index}`)
  return input
}

/** The first output. */
export function firstOutput(node: ForwardNode): ShapedValue {
  const output = node.outputs[0]
  if (!output) throw new HomingError('ONNX_INVALID', `${node.what} has no output`)
  return output
}

/** A float attribute. */
export function floatAttribute({ proto }: ForwardNode, name: string, fallback: number): number {
  return proto.attribute.find((attribute) => attribute.name === name)?.f ?? fallback
}
