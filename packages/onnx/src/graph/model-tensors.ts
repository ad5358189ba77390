import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../generated/onnx-ml_pb.js'

/** Every stored tensor of a model, with a way to put another in its place. */
export interface TensorSlot {
  readonly tensor: TensorProto
  replace(tensor: TensorProto): void
}

/** Visits the initialisers, sparse tensors and tensor attributes of the graphs, bodies and functions of a model. */
export function* modelTensors(model: ModelProto): Generator<TensorSlot> {
  if (model.graph) yield* graphTensors(model.graph)
  for (const { node } of model.functions) yield* nodeTensors(node)
  for (const { initialization, algorithm } of model.trainingInfo) {
    if (initialization) yield* graphTensors(initialization)
    if (algorithm) yield* graphTensors(algorithm)
  }
}

function* graphTensors(graph: GraphProto): Generator<TensorSlot> {
  yield* listTensors(graph.initializer)
  for (const sparse of graph.sparseInitializer) {
    if (sparse.values) yield { tensor: sparse.values, replace: (tensor) => (sparse.values = tensor) }
    if (sparse.indices) yield { tensor: sparse.indices, replace: (tensor) => (sparse.indices = tensor) }
  }
  yield* nodeTensors(graph.node)
}

function* nodeTensors(nodes: readonly NodeProto[]): Generator<TensorSlot> {
  for (const attribute of nodes.flatMap((node) => node.attribute)) {
    if (attribute.t) yield { tensor: attribute.t, replace: (tensor) => (attribute.t = tensor) }
    yield* listTensors(attribute.tensors)
    for (const graph of attribute.g ? [attribute.g, ...attribute.graphs] : attribute.graphs)
      yield* graphTensors(graph)
  }
}

function* listTensors(tensors: TensorProto[]): Generator<TensorSlot> {
  for (const [index, tensor] of tensors.entries())
    yield { tensor, replace: (other) => (tensors[index] = other) }
}
