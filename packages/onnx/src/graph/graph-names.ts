import type { GraphProto, ModelProto, NodeProto } from '../generated/onnx-ml_pb.js'
import { nodeGraphs } from './node-graphs.ts'

/** Every name that a model gives to a value, in graphs, bodies and functions. */
export function graphNames(model: ModelProto): Set<string> {
  const names = new Set<string>()
  const addNodes = (nodes: readonly NodeProto[]): void => {
    for (const node of nodes) {
      for (const name of [...node.input, ...node.output]) names.add(name)
      nodeGraphs(node).forEach(addGraph)
    }
  }
  const addGraph = (graph: GraphProto): void => {
    for (const { name } of [...graph.input, ...graph.initializer]) names.add(name)
    for (const { values } of graph.sparseInitializer) if (values) names.add(values.name)
    addNodes(graph.node)
  }
  if (model.graph) addGraph(model.graph)
  for (const { node } of model.functions) addNodes(node)
  for (const { initialization, algorithm } of model.trainingInfo) {
    if (initialization) addGraph(initialization)
    if (algorithm) addGraph(algorithm)
  }
  return names
}
