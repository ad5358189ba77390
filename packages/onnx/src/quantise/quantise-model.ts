import { HomingError } from '@homing/protocol'

import { minQuantisedNumbers, perChannelOpset } from '../config.ts'
import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../generated/onnx-ml_pb.js'
import { copyModel } from '../graph/copy-graph.ts'
import { graphNames } from '../graph/graph-names.ts'
import { inlineFunctions } from '../graph/inline-functions.ts'
import { makeNode } from '../graph/make-node.ts'
import { modelOpsets } from '../graph/model-operators.ts'
import { nodeGraphs } from '../graph/node-graphs.ts'
import { operatorName, valueUses } from '../graph/value-uses.ts'
import { uniqueNames } from '../split/unique-names.ts'
import { tensorHeader } from '../tensor/tensor-bytes.ts'
import { upgradeOpset } from '../upgrade/upgrade-opset.ts'
import { channelAxis } from './channel-axis.ts'
import { dynamicNode, type DynamicRewriting } from './dynamic-node.ts'
import { floatsOf } from './stored-floats.ts'
import { type StoredWeight, storedWeight } from './stored-weight.ts'

/** How a model is computed whose weights have 8 bits. */
export interface QuantiseOptions {
  /**
   * True has the inputs of MatMul and Gemm rounded to 8 bits too, by their range in each call, and multiplied as whole
   * numbers. Other weights are brought back to single precision where they are used, and without it all are.
   */
  readonly dynamic?: boolean
}

/**
 * The model with weights in 8 bits (int8, symmetric, a scale for each channel): a quarter of the bytes. Its signature stays as
 * it is, and so do small tensors, biases, and weights that something else reads too.
 * @throws HomingError ONNX_UNSUPPORTED when there is no weight to convert.
 */
export function quantiseModel(model: ModelProto, { dynamic = false }: QuantiseOptions = {}): ModelProto {
  const inlined = inlineFunctions(model)
  const older = (modelOpsets(inlined).get('') ?? perChannelOpset) < perChannelOpset
  const copy = copyModel(older ? upgradeOpset(inlined, perChannelOpset) : inlined)
  const graph = copy.graph!
  const axes = weightAxes(graph)
  if (axes.size === 0)
    throw new HomingError('ONNX_UNSUPPORTED', 'The model has no weight that is worth 8 bits')
  const stored: TensorProto[] = []
  const fresh = uniqueNames(graphNames(copy))
  const rewriting: Rewriting = {
    fresh,
    nodes: [],
    rounded: new Map(),
    weights: new Map(),
    dequantised: new Set(),
  }
  const store = (tensor: TensorProto): string => {
    stored.push(tensor)
    return tensor.name
  }
  graph.initializer = graph.initializer.filter((tensor) => {
    const axis = axes.get(tensor.name)
    if (axis !== undefined) rewriting.weights.set(tensor.name, storedWeight(tensor, axis, { fresh, store }))
    return axis === undefined
  })
  for (const node of graph.node) {
    const weight = rewriting.weights.get(node.input[1] ?? '')
    if (!dynamic || !dynamicNode(node, weight, rewriting)) weightOnly(node, rewriting)
  }
  graph.node = rewriting.nodes
  graph.initializer.push(...stored)
  return copy
}

interface Rewriting extends DynamicRewriting {
  readonly weights: Map<string, StoredWeight>
  /** Weights that a node before the present one has brought back. */
  readonly dequantised: Set<string>
}

/** The axis of the channels of each stored tensor that is a weight of nodes alone, and of all in the same way. */
function weightAxes(graph: GraphProto): Map<string, number> {
  const others = new Set([...graph.input.map(({ name }) => name), ...readElsewhere(graph)])
  const axes = new Map<string, number>()
  for (const tensor of graph.initializer) {
    const { type, shape } = tensorHeader(tensor)
    const count = shape.reduce((product, size) => product * size, 1)
    if (type !== 'float32' || count < minQuantisedNumbers || others.has(tensor.name)) continue
    const found = new Set(
      graph.node.flatMap((node) =>
        node.input.flatMap((name, index) =>
          name === tensor.name ? [channelAxis(node, index, shape.length)] : [],
        ),
      ),
    )
    const [axis] = found
    if (found.size === 1 && axis !== undefined && floatsOf(tensor).every(Number.isFinite))
      axes.set(tensor.name, axis)
  }
  return axes
}

/** What bodies read, and what is an output of the graph. */
function readElsewhere(graph: GraphProto): string[] {
  const bodies = graph.node.flatMap(nodeGraphs).flatMap((body) => [...valueUses(body).keys()])
  return [...bodies, ...graph.output.map(({ name }) => name)]
}

/** A node whose weights come out of 8 bits before it; of an embedding, the rows after they were taken. */
function weightOnly(node: NodeProto, { fresh, nodes, weights, dequantised }: Rewriting): void {
  const table = weights.get(node.input[0] ?? '')
  if (operatorName(node) === 'Gather' && table) {
    const out = node.output[0]!
    const rows = fresh(`${out}/int8`)
    node.input[0] = table.values()
    node.output = [rows]
    nodes.push(node, makeNode('DequantizeLinear', [rows, table.scales()], out, { axis: -1 }))
    return
  }
  for (const name of node.input) {
    const weight = weights.get(name)
    if (!weight || dequantised.has(name)) continue
    dequantised.add(name)
    nodes.push(makeNode('DequantizeLinear', [weight.values(), weight.scales()], name, { axis: weight.axis }))
  }
  nodes.push(node)
}
