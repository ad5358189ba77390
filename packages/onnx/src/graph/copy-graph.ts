import type { AttributeProto, GraphProto, ModelProto, NodeProto } from '../generated/onnx-ml_pb.js'

/** A copy of one message: its fields are shared, unknown ones too. A spread would lose the proto2 defaults. */
export function copyMessage<T extends object>(message: T): T {
  return Object.assign(Object.create(Object.getPrototypeOf(message) as object) as T, message)
}

/** A copy of a model whose graphs, functions and lists may be changed; tensors are shared. */
export function copyModel(model: ModelProto): ModelProto {
  const copy = copyMessage(model)
  if (model.graph) copy.graph = copyGraph(model.graph)
  copy.functions = model.functions.map((definition) => {
    const inner = copyMessage(definition)
    inner.node = definition.node.map(copyNode)
    return inner
  })
  copy.trainingInfo = model.trainingInfo.map((info) => {
    const inner = copyMessage(info)
    if (info.initialization) inner.initialization = copyGraph(info.initialization)
    if (info.algorithm) inner.algorithm = copyGraph(info.algorithm)
    return inner
  })
  return copy
}

/** A copy of a graph and its bodies whose lists and nodes may be changed; tensors are shared. */
function copyGraph(graph: GraphProto): GraphProto {
  const copy = copyMessage(graph)
  copy.node = graph.node.map(copyNode)
  copy.initializer = [...graph.initializer]
  copy.sparseInitializer = graph.sparseInitializer.map(copyMessage)
  copy.input = [...graph.input]
  copy.output = [...graph.output]
  copy.valueInfo = [...graph.valueInfo]
  return copy
}

/** A copy of a node whose lists and bodies may be changed. */
export function copyNode(node: NodeProto): NodeProto {
  const copy = copyMessage(node)
  copy.input = [...node.input]
  copy.output = [...node.output]
  copy.attribute = node.attribute.map(copyAttribute)
  return copy
}

function copyAttribute(attribute: AttributeProto): AttributeProto {
  const copy = copyMessage(attribute)
  if (attribute.g) copy.g = copyGraph(attribute.g)
  copy.graphs = attribute.graphs.map(copyGraph)
  copy.tensors = [...attribute.tensors]
  return copy
}
