import type { GraphProto, NodeProto } from '../generated/onnx-ml_pb.js'

/** The graphs that a node holds as attributes (the bodies of If, Loop and Scan), in order. */
export function nodeGraphs(node: NodeProto): GraphProto[] {
  return node.attribute.flatMap(({ g, graphs }) => (g ? [g, ...graphs] : graphs))
}
