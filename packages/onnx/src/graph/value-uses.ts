import type { GraphProto } from '../generated/onnx-ml_pb.js'
import { nodeGraphs } from './node-graphs.ts'

/** One place where a value is read. */
export interface ValueUse {
  /** Operator of the reading node, with its domain unless standard: `Conv`, `ai.onnx.ml.Scaler`. */
  readonly operator: string
  /** Which input of the node. */
  readonly index: number
}

/** Where each value is read in `graph` and its bodies, by name. A graph's own output counts as read by `output`. */
export function valueUses(graph: GraphProto, uses = new Map<string, ValueUse[]>()): Map<string, ValueUse[]> {
  const add = (name: string, use: ValueUse): void => {
    const known = uses.get(name)
    if (known) known.push(use)
    else uses.set(name, [use])
  }
  for (const node of graph.node) {
    const operator = operatorName(node)
    node.input.forEach((name, index) => add(name, { operator, index }))
    for (const body of nodeGraphs(node)) valueUses(body, uses)
  }
  graph.output.forEach(({ name }, index) => add(name, { operator: 'output', index }))
  return uses
}

/** Operator of a node, with its domain unless it is the standard one. */
export function operatorName({ domain, opType }: { domain: string; opType: string }): string {
  return domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`
}
