import type { GraphProto } from '../generated/onnx-ml_pb.js'
import { nodeGraphs } from '../graph/node-graphs.ts'

/** Renames values where the nodes of `graph` and of its bodies make or read them. */
export function renameValues(graph: GraphProto, renames: ReadonlyMap<string, string>): void {
  if (renames.size === 0) return
  const renamed = (name: string): string => renames.get(name) ?? name
  for (const node of graph.node) {
    node.input = node.input.map(renamed)
    node.output = node.output.map(renamed)
    for (const body of nodeGraphs(node)) renameValues(body, renames)
  }
  for (const output of graph.output) output.name = renamed(output.name)
}
