import type { Value } from '@homing/onnx'

import type { Emitter } from './emitter.ts'
import type { ForwardNode } from './forward-node.ts'

/**
 * Writes nodes again, in their order. They read the values of `instead` in place of those of its keys, and what they
 * give is added to it.
 */
export function repeatNodes(
  emit: Emitter,
  nodes: readonly ForwardNode[],
  instead: Map<string, Value>,
): ForwardNode[] {
  return nodes.map((node) => {
    const inputs = node.proto.input.map((name) => (name ? (instead.get(name) ?? { name }) : undefined))
    const outputs = emit.again(node.proto, inputs)
    for (const [index, name] of node.proto.output.entries()) if (name) instead.set(name, outputs[index]!)
    return {
      ...node,
      inputs: node.inputs.map((value, index) => value && { ...value, name: inputs[index]!.name }),
      outputs: node.outputs.map((value, index) => value && { ...value, name: outputs[index]!.name }),
    }
  })
}
