import { HomingError } from '@homing/protocol'

import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../generated/onnx-ml_pb.js'
import { copyModel } from '../graph/copy-graph.ts'
import { graphNames } from '../graph/graph-names.ts'
import { inlineFunctions } from '../graph/inline-functions.ts'
import { makeNode } from '../graph/make-node.ts'
import { nodeGraphs } from '../graph/node-graphs.ts'
import { operatorName, valueUses } from '../graph/value-uses.ts'
import { inferTypes } from '../infer/infer-types.ts'
import { uniqueNames } from '../split/unique-names.ts'
import { elementTypes } from '../tensor/element-types.ts'
import { makeTensor } from '../tensor/make-tensor.ts'
import { fitsHalf, toHalf } from './half-float.ts'
import { halfOperators } from './half-operators.ts'
import { floatsOf } from './stored-floats.ts'

/**
 * The model in half precision (fp16), with Casts at its inputs and outputs, so that its signature stays as it is. Nodes
 * that would leave the range of half precision, and those with bodies, stay in single precision between Casts. Stored
 * tensors keep their names.
 * @throws HomingError ONNX_UNSUPPORTED when no node with a stored tensor can be converted.
 */
export function halfModel(model: ModelProto): ModelProto {
  const copy = copyModel(inlineFunctions(model))
  const graph = copy.graph!
  const plan = planHalf(copy, graph)
  if (plan.tensors.size === 0)
    throw new HomingError('ONNX_UNSUPPORTED', 'The model has no learned tensor that half precision can hold')
  const fresh = uniqueNames(graphNames(copy))
  /** Values of which there is a half form, by its name. */
  const halves = new Map<string, string>()
  /** Values of which there is only a half form so far. */
  const lacking = new Set<string>()
  const nodes: NodeProto[] = []

  const half = (name: string): string => {
    const known = halves.get(name)
    if (known !== undefined) return known
    const made = fresh(`${name}/half`)
    halves.set(name, made)
    nodes.push(makeNode('Cast', [name], made, { to: elementTypes.float16.code }))
    return made
  }
  const single = (name: string): void => {
    if (!lacking.delete(name)) return
    nodes.push(makeNode('Cast', [halves.get(name)!], name, { to: elementTypes.float32.code }))
  }
  graph.initializer = graph.initializer.map((tensor) => {
    if (!plan.tensors.has(tensor.name)) return tensor
    const isShared = plan.readSingle.has(tensor.name)
    const name = isShared ? fresh(`${tensor.name}/half`) : tensor.name
    halves.set(tensor.name, name)
    if (isShared) lacking.add(tensor.name)
    return halfTensor(tensor, name)
  })
  for (const node of graph.node) {
    if (!plan.nodes.has(node)) {
      for (const name of readNames(node)) single(name)
      nodes.push(node)
      continue
    }
    node.input = node.input.map((name) => (plan.isFloat(name) ? half(name) : name))
    node.output = node.output.map((name) => {
      if (!plan.isFloat(name)) return name
      const made = fresh(`${name}/half`)
      halves.set(name, made)
      lacking.add(name)
      return made
    })
    nodes.push(node)
  }
  for (const { name } of graph.output) single(name)
  graph.node = nodes
  graph.valueInfo = graph.valueInfo.filter(({ name }) => !halves.has(name))
  return copy
}

interface HalfPlan {
  readonly nodes: ReadonlySet<NodeProto>
  /** Stored tensors that those read. */
  readonly tensors: ReadonlySet<string>
  /** What the other nodes, their bodies and the graph's outputs read. */
  readonly readSingle: ReadonlySet<string>
  isFloat(name: string): boolean
}

function planHalf(model: ModelProto, graph: GraphProto): HalfPlan {
  const types = inferTypes(model)
  const inputs = new Set(graph.input.map(({ name }) => name))
  const isFloat = (name: string): boolean => types.get(name)?.dtype === 'float32'
  const fits = new Map(
    graph.initializer
      .filter(({ name }) => isFloat(name))
      .map((tensor) => [tensor.name, !inputs.has(tensor.name) && fitsHalf(floatsOf(tensor))]),
  )
  const nodes = new Set(
    graph.node.filter((node) => {
      const values = [...node.input, ...node.output].filter(Boolean)
      return (
        halfOperators.has(operatorName(node)) &&
        values.some(isFloat) &&
        values.every((name) => types.has(name) && fits.get(name) !== false)
      )
    }),
  )
  const readSingle = new Set(graph.output.map(({ name }) => name))
  for (const node of graph.node)
    if (!nodes.has(node)) for (const name of readNames(node)) readSingle.add(name)
  const read = [...nodes].flatMap(({ input }) => input)
  return { nodes, tensors: new Set(read.filter((name) => fits.has(name))), readSingle, isFloat }
}

/** What a node reads, and what its bodies read of the values around them. */
function readNames(node: NodeProto): string[] {
  return [...node.input, ...nodeGraphs(node).flatMap((body) => [...valueUses(body).keys()])]
}

function halfTensor(tensor: TensorProto, name: string): TensorProto {
  return makeTensor(name, 'float16', tensor.dims.map(Number), toHalf(floatsOf(tensor)))
}
