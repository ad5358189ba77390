import type { GraphBuilder } from '@homing/onnx'

import { emitterOf } from './emitter.ts'
import type { ForwardGraph } from './forward-graph.ts'
import type { ForwardNode } from './forward-node.ts'
import { paddedForWebGpu } from './rules/convolution.ts'

/** Writes what `graph` computes behind the inputs that `builder` has, of which `fed` replace initialisers. */
export function writeForward(builder: GraphBuilder, graph: ForwardGraph, fed: readonly string[] = []): void {
  for (const tensor of graph.initializers.values())
    if (!fed.includes(tensor.name)) builder.initializer(tensor)
  for (const node of graph.nodes)
    if (node.type === 'Conv') writeConvolution(builder, node)
    else builder.node(node.proto)
}

function writeConvolution(builder: GraphBuilder, { proto, inputs, attributes }: ForwardNode): void {
  const [x, w, b] = inputs
  const padded = x && w && paddedForWebGpu(emitterOf(builder), x, w, attributes.int('group', 1))
  if (!padded || padded[0] === x) {
    builder.node(proto)
    return
  }
  const { name, domain, output, attribute } = proto
  const same = Object.fromEntries(attribute.map((each) => [each.name, each]))
  // An empty name for the bias is one to WebGPU.
  const operands = b ? [...padded, b] : padded
  builder.ops('Conv', operands, output, same, { name, domain })
}
