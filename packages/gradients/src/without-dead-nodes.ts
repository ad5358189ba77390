import type { ModelProto } from '@homing/onnx'

/** Takes out of a model what none of its outputs depends on: nodes, then stored tensors. It is changed in place. */
export function withoutDeadNodes(model: ModelProto): ModelProto {
  const { graph } = model
  if (!graph) return model
  const needed = new Set(graph.output.map(({ name }) => name))
  const alive = graph.node.toReversed().filter((node) => {
    if (!node.output.some((name) => needed.has(name))) return false
    for (const name of node.input) needed.add(name)
    return true
  })
  graph.node = alive.reverse()
  graph.initializer = graph.initializer.filter(({ name }) => needed.has(name))
  return model
}
