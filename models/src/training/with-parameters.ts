import { elementTypeOf, makeTensor, type ModelProto, tensorShape } from '@homing/onnx'

/** A copy of `model` with other numbers in the learned tensors that `parameters` names. */
export function withParameters(model: ModelProto, parameters: ReadonlyMap<string, Float32Array>): ModelProto {
  const { graph } = model
  if (!graph) return model
  const initializer = graph.initializer.map((tensor) => {
    const data = parameters.get(tensor.name)
    return data
      ? makeTensor(tensor.name, elementTypeOf(tensor.dataType)!, tensorShape(tensor.dims, tensor.name), data)
      : tensor
  })
  return { ...model, graph: { ...graph, initializer } }
}
