import { nodeGraphs, type NodeProto } from '@homing/onnx'

/** Names that the bodies of a node (If, Loop, Scan) read from the graph around them. */
export function capturedValues(node: NodeProto): string[] {
  const captured = new Set<string>()
  for (const body of nodeGraphs(node)) {
    const own = new Set([...body.input, ...body.initializer].map(({ name }) => name))
    const read = (name: string): void => {
      if (name !== '' && !own.has(name)) captured.add(name)
    }
    for (const inner of body.node) {
      for (const name of [...inner.input, ...capturedValues(inner)]) read(name)
      for (const name of inner.output) own.add(name)
    }
    for (const { name } of body.output) read(name)
  }
  return [...captured]
}
