import { HomingError } from '@homing/protocol'

import type { GraphProto } from '../generated/onnx-ml_pb.js'
import { nodeGraphs } from '../graph/node-graphs.ts'

/**
 * Checks that every value of a graph and its bodies is made once, and before it is read; a body may read the values
 * around it. A graph with a cycle has no such order.
 * @throws HomingError ONNX_INVALID naming the value.
 */
export function checkValues(graph: GraphProto, isAround: (name: string) => boolean = () => false): void {
  const own = new Set(graph.input.map(({ name }) => name))
  if (own.size < graph.input.length) refuse('An input of the graph is listed twice')
  // What is stored may be an input too: then it is the input's default.
  for (const { name } of graph.initializer) own.add(name)
  for (const { values } of graph.sparseInitializer) if (values) own.add(values.name)
  const isKnown = (name: string): boolean => own.has(name) || isAround(name)
  const laterOnes = new Set(graph.node.flatMap(({ output }) => output))
  for (const node of graph.node) {
    const what = node.name ? `${node.opType} "${node.name}"` : `${node.opType} of "${node.output[0] ?? ''}"`
    const missing = node.input.find((name) => name !== '' && !isKnown(name))
    if (missing !== undefined) {
      const later = laterOnes.has(missing)
      refuse(
        later
          ? `${what} reads "${missing}" before it is made: nodes must stand in the order of execution, without cycles`
          : `${what} reads "${missing}", which nothing makes: the file is damaged, or a part was cut out of a larger model`,
      )
    }
    for (const body of nodeGraphs(node)) checkValues(body, isKnown)
    for (const name of node.output) {
      if (name === '') continue
      if (own.has(name)) refuse(`"${name}" is made twice: the second time by ${what}`)
      own.add(name)
    }
  }
  const lost = graph.output.find(({ name }) => !isKnown(name))
  if (lost) refuse(`Nothing makes the output "${lost.name}" of the graph`)
}

function refuse(problem: string): never {
  throw new HomingError('ONNX_INVALID', `${problem}. Export the model anew.`)
}
