import { type AttributeInputs, graphBuilder, type NodeProto } from '@homing/onnx'

/** A node of the standard operator set with one output. */
export function makeNode(
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: AttributeInputs = {},
): NodeProto {
  const g = graphBuilder('node')
  const values = new Map([...new Set(inputs)].map((name) => [name, g.input(name, 'float32')]))
  const [value] = g.ops(
    type,
    inputs.map((name) => values.get(name)),
    [output],
    attributes,
  )
  g.output(output, value!, 'float32')
  return g.build().graph!.node[0]!
}
