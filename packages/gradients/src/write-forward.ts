import type { GraphBuilder } from '@homing/onnx'

import type { ForwardGraph } from './forward-graph.ts'

/** Writes what `graph` computes behind the inputs that `builder` has, of which `fed` replace initialisers. */
export function writeForward(builder: GraphBuilder, graph: ForwardGraph, fed: readonly string[] = []): void {
  for (const tensor of graph.initializers.values())
    if (!fed.includes(tensor.name)) builder.initializer(tensor)
  for (const { proto } of graph.nodes) builder.node(proto)
}
