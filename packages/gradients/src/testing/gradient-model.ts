import { graphBuilder, type ModelProto } from '@homing/onnx'

import { emitterOf } from '../emitter.ts'
import { readForwardGraph } from '../forward-graph.ts'
import { writeGradients } from '../reverse.ts'

/** From a model's inputs and a weight `v` for each element of its output to `<input>/gradient` of each input of floats. */
export function gradientModel(model: ModelProto): ModelProto {
  const graph = readForwardGraph(model, {})
  const builder = graphBuilder('gradient', { opset: graph.opset })
  for (const { name, dtype, shape } of graph.inputs) builder.input(name, dtype, shape)
  const v = { ...graph.output, name: 'v' }
  builder.input('v', v.dtype, v.shape)
  for (const tensor of graph.initializers.values()) builder.initializer(tensor)
  for (const { proto } of graph.nodes) builder.node(proto)
  const wanted = graph.inputs.filter(({ dtype }) => dtype.startsWith('float')).map(({ name }) => name)
  const gradients = writeGradients(graph, emitterOf(builder), v, wanted)
  for (const [name, value] of gradients) builder.output(`${name}/gradient`, value)
  return builder.build()
}
