import { nodeAttributes, readModel, tensorShape } from '@homing/onnx'

/** For inputs that choose rows of a stored tensor (Gather): of how many. */
export function indexLimits(graph: Uint8Array): ReadonlyMap<string, number> {
  const { initializer = [], node: nodes = [] } = readModel(graph).graph ?? {}
  const shapes = new Map(initializer.map(({ name, dims }) => [name, tensorShape(dims, name)]))
  const limits = new Map<string, number>()
  for (const node of nodes) {
    if (node.opType !== 'Gather') continue
    const [table = '', indices = ''] = node.input
    const rows = shapes.get(table)?.[nodeAttributes(node).int('axis', 0)]
    if (rows !== undefined) limits.set(indices, Math.min(rows, limits.get(indices) ?? rows))
  }
  return limits
}
