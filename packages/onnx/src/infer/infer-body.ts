import { type Dim, type TensorType, tensorTypeOf } from '../builder/value-info.ts'
import type { GraphProto, NodeProto } from '../generated/onnx-ml_pb.js'
import { nodeGraphs } from '../graph/node-graphs.ts'
import { operatorName } from '../graph/value-uses.ts'
import { tensorHeader } from '../tensor/tensor-bytes.ts'
import { inferNode } from './infer-node.ts'
import { copyKnowledge, type Knowledge } from './knowledge.ts'

type Types = (TensorType | undefined)[]

/** Reads the types and small constants of a graph; a body sees what is known of the graph `around` it. */
export function inferBody(
  graph: GraphProto,
  opsets: ReadonlyMap<string, number>,
  around?: Knowledge,
): Knowledge {
  const known = copyKnowledge(around)
  const { types } = known
  declareTypes(graph, known)
  for (const node of graph.node) {
    inferOutputs(node, known, opsets).forEach((type, index) => {
      const name = node.output[index]
      if (name && type && moreIsKnown(type, types.get(name))) types.set(name, type)
    })
  }
  return known
}

/** Types of the outputs of a node, also of one that has bodies; what it gives whatever the inputs are becomes known. */
export function inferOutputs(node: NodeProto, known: Knowledge, opsets: ReadonlyMap<string, number>): Types {
  const bodies = nodeGraphs(node)
  if (bodies.length === 0) return inferNode(node, known, opsets)
  const outputs = bodies.map((body) => {
    const { types } = inferBody(body, opsets, known)
    return body.output.map(({ name }) => types.get(name))
  })
  switch (operatorName(node)) {
    case 'If':
      return outputs.reduce((all, branch) => all.map((type, index) => common(type, branch[index])))
    case 'Loop':
      return loopOutputs(node, known, outputs[0]!)
    default:
      return []
  }
}

/** A loop may run not once: then its first outputs are its inputs. The others gather what each turn gives. */
function loopOutputs(node: NodeProto, { types }: Knowledge, [, ...results]: Types): Types {
  const initial = node.input.slice(2).map((name) => types.get(name))
  return results.map((type, index) => {
    if (index < initial.length) return common(type, initial[index])
    return type && { dtype: type.dtype, shape: type.shape && ['', ...type.shape] }
  })
}

/** What holds for both of two types. */
function common(a: TensorType | undefined, b: TensorType | undefined): TensorType | undefined {
  if (!a || a.dtype !== b?.dtype) return undefined
  if (!a.shape || a.shape.length !== b.shape?.length) return { dtype: a.dtype }
  return { dtype: a.dtype, shape: a.shape.map((dim, axis): Dim => (dim === b.shape![axis] ? dim : '')) }
}

function declareTypes(graph: GraphProto, { types, constants }: Knowledge): void {
  for (const info of [...graph.input, ...graph.valueInfo, ...graph.output]) {
    const type = tensorTypeOf(info)
    if (type) types.set(info.name, type)
  }
  for (const tensor of graph.initializer) {
    const { type, shape } = tensorHeader(tensor)
    types.set(tensor.name, { dtype: type, shape })
    constants.set(tensor.name, tensor)
  }
}

/** A declared type wins over an inferred one, unless it leaves the rank open. */
function moreIsKnown(inferred: TensorType, declared: TensorType | undefined): boolean {
  return declared === undefined || (declared.shape === undefined && inferred.shape !== undefined)
}
