import { type ModelProto, nodeAttributes, type NodeProto } from '@homing/onnx'

/** Operators that hand their first input on as it is, as far as a loss is concerned. */
const transparent = new Set(['Identity', 'Cast', 'Dropout'])

/** The node that makes the numbers of an output, behind what hands them on; undefined for an input or learned tensor. */
export function outputEnd({ graph }: ModelProto, output: string): NodeProto | undefined {
  const makers = new Map(graph?.node.flatMap((node) => node.output.map((name) => [name, node] as const)))
  let node = makers.get(output)
  for (let steps = makers.size; steps > 0 && node && transparent.has(node.opType); steps--)
    node = makers.get(node.input[0] ?? '')
  return node
}

/** What a node makes of scores: probabilities of classes that exclude one another, or of each by itself. */
export function activationOf(node: NodeProto | undefined): 'softmax' | 'sigmoid' | undefined {
  if (!node || (node.domain !== '' && node.domain !== 'ai.onnx')) return undefined
  if (node.opType === 'Sigmoid') return 'sigmoid'
  // Along the classes of [batch, classes]: before operator set 13 axis 1 was the default, since then it is the last.
  const along = nodeAttributes(node).int('axis', -1)
  return /^(Log)?Softmax$/.test(node.opType) && (along === -1 || along === 1) ? 'softmax' : undefined
}
