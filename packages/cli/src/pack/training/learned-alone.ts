import { elementTypeOf, graphBuilder, isExternal, type ModelProto, modelOpsets } from '@homing/onnx'

/**
 * A packed graph whose initialisers are learned tensors alone, those in the parameter file. What splitting kept in the
 * graph belongs to a formula: as constants these numbers are nothing to train.
 */
export function learnedAlone(model: ModelProto): ModelProto {
  const graph = model.graph!
  const inline = graph.initializer.filter((tensor) => !isExternal(tensor))
  if (inline.length === 0) return model
  const g = graphBuilder('constants', { opset: modelOpsets(model).get('') ?? 0 })
  for (const tensor of inline) {
    const [value] = g.ops('Constant', [], [tensor.name], { value: tensor })
    g.output(tensor.name, value!, elementTypeOf(tensor.dataType))
  }
  const names = new Set(inline.map(({ name }) => name))
  return {
    ...model,
    graph: {
      ...graph,
      node: [...g.build().graph!.node, ...graph.node],
      initializer: graph.initializer.filter(isExternal),
      input: graph.input.filter(({ name }) => !names.has(name)),
    },
  }
}
