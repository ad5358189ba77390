import {
  type GraphProto,
  type ModelProto,
  type NodeProto,
  readTensor,
  type TensorProto,
  tensorHeader,
  tensorTypeOf,
} from '@homing/onnx'
import { HomingError } from '@homing/protocol'

import { oldestOpset } from './config.ts'
import type { ShapedValue } from './emitter.ts'
import type { ForwardNode } from './forward-node.ts'
import { inferShape } from './forward-shapes.ts'

/** What of an inference graph one output depends on, with static shapes. */
export interface ForwardGraph {
  readonly opset: number
  /** Inputs that the caller feeds. */
  readonly inputs: readonly ShapedValue[]
  readonly initializers: ReadonlyMap<string, TensorProto>
  /** In the order of execution. */
  readonly nodes: readonly ForwardNode[]
  /** Every tensor by name. */
  readonly values: ReadonlyMap<string, ShapedValue>
  readonly output: ShapedValue
}

/** How a model is read: sizes of its dynamic dimensions by name, and the output that counts (the first when absent). */
export interface ForwardOptions {
  readonly dims?: Readonly<Record<string, number>>
  readonly output?: string
}

/**
 * Reads an inference graph, leaving out what the output does not depend on.
 * @throws HomingError CONFIG_INVALID for an unknown output or a dimension without size, ONNX_UNSUPPORTED for an
 *   operator set that is too old, GRADIENT_UNSUPPORTED when the shape of the output is not known.
 */
export function readForwardGraph(model: ModelProto, { dims = {}, output }: ForwardOptions): ForwardGraph {
  const { graph } = model
  if (!graph) throw new HomingError('ONNX_INVALID', 'The model has no graph')
  const opset = Number(
    model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0,
  )
  if (opset < oldestOpset) {
    throw new HomingError(
      'ONNX_UNSUPPORTED',
      `The model has operator set ${opset}; gradients need ${oldestOpset} or newer`,
    )
  }
  const outputName = output ?? graph.output[0]?.name ?? ''
  if (!graph.output.some(({ name }) => name === outputName)) {
    throw new HomingError('CONFIG_INVALID', `The model has no output "${outputName}"`)
  }
  const { nodes: protos, needed } = nodesBehind(graph.node, outputName)
  const initializers = new Map(
    graph.initializer.filter(({ name }) => needed.has(name)).map((tensor) => [tensor.name, tensor]),
  )
  const values = new Map<string, ShapedValue>()
  for (const tensor of initializers.values()) {
    const { type, shape } = tensorHeader(tensor)
    values.set(tensor.name, { name: tensor.name, dtype: type, shape })
  }
  const inputs = graph.input
    .filter(({ name }) => needed.has(name) && !initializers.has(name))
    .map((info) => staticInput(info.name, tensorTypeOf(info), dims))
  for (const input of inputs) values.set(input.name, input)
  const known = knownTypes(graph, dims)
  const nodes = protos.map((proto) => shapeNode(proto, values, known))
  const found = values.get(outputName)
  if (!found)
    throw new HomingError(
      'GRADIENT_UNSUPPORTED',
      `The shape of output "${outputName}" is not known before the model runs`,
    )
  return { opset, inputs, initializers, nodes, values, output: found }
}

/** The values that depend on one of `roots`, roots included. */
export function dependentOn({ nodes }: ForwardGraph, roots: readonly string[]): Set<string> {
  const reached = new Set(roots)
  for (const { inputs, outputs } of nodes) {
    if (!inputs.some((input) => input && reached.has(input.name))) continue
    for (const output of outputs) if (output) reached.add(output.name)
  }
  return reached
}

function nodesBehind(
  nodes: readonly NodeProto[],
  output: string,
): { nodes: NodeProto[]; needed: Set<string> } {
  const needed = new Set([output])
  const kept = nodes.toReversed().filter((node) => {
    if (!node.output.some((name) => needed.has(name))) return false
    for (const name of node.input) needed.add(name)
    return true
  })
  return { nodes: kept.reverse(), needed }
}

function staticInput(
  name: string,
  type: ReturnType<typeof tensorTypeOf>,
  dims: Readonly<Record<string, number>>,
): ShapedValue {
  if (!type?.shape)
    throw new HomingError('ONNX_UNSUPPORTED', `Input "${name}" has no declared tensor type and rank`)
  const shape = type.shape.map((dim) => {
    const size = typeof dim === 'number' ? dim : dims[dim]
    if (size !== undefined && Number.isSafeInteger(size) && size > 0) return size
    throw new HomingError(
      'CONFIG_INVALID',
      `Dimension "${dim}" of input "${name}" needs a size of at least 1 in \`dims\``,
    )
  })
  return { name, dtype: type.dtype, shape }
}

/** Gives the node's outputs their shapes, as far as they are known, and adds them to `values`. */
function shapeNode(proto: NodeProto, values: Map<string, ShapedValue>, known: KnownTypes): ForwardNode {
  const what = proto.name
    ? `${proto.opType} "${proto.name}"`
    : `${proto.opType} of "${proto.output[0] ?? ''}"`
  const type =
    proto.domain === '' || proto.domain === 'ai.onnx' ? proto.opType : `${proto.domain}.${proto.opType}`
  const inputs = proto.input.map((name) => values.get(name))
  const inputsShaped = proto.input.every((name, index) => name === '' || inputs[index] !== undefined)
  const unshaped = { type, what, inputs, outputs: [], shaped: false, proto }
  const knownInts = (index: number): number[] | undefined => known.ints(proto.input[index] ?? '')
  const inferred = inputsShaped ? inferShape({ ...unshaped, knownInts }) : undefined
  const outputs = proto.output.map((name, index): ShapedValue | undefined => {
    const declared = known.declared(name)
    if (declared || !inferred || index > 0) return declared
    return { name, dtype: inputs[0]?.dtype ?? 'float32', shape: inferred }
  })
  for (const output of outputs) if (output) values.set(output.name, output)
  return { ...unshaped, outputs, shaped: inputsShaped && outputs[0] !== undefined }
}

/** What a model says of its tensors besides its nodes. */
interface KnownTypes {
  /** A tensor whose static shape the model declares. */
  readonly declared: (name: string) => ShapedValue | undefined
  /** Whole numbers that are part of the graph, such as a shape. */
  readonly ints: (name: string) => number[] | undefined
}

function knownTypes(graph: GraphProto, dims: Readonly<Record<string, number>>): KnownTypes {
  const infos = new Map([...graph.valueInfo, ...graph.output].map((info) => [info.name, info]))
  const stored = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  for (const { opType, output, attribute } of graph.node) {
    const value = attribute.find(({ name }) => name === 'value')?.t
    if (opType === 'Constant' && value && output[0] !== undefined) stored.set(output[0], value)
  }
  return {
    declared(name) {
      const tensor = stored.get(name)
      if (tensor) return { name, dtype: tensorHeader(tensor).type, shape: tensorHeader(tensor).shape }
      const info = infos.get(name)
      const type = info && tensorTypeOf(info)
      const shape = type?.shape?.map((dim) => (typeof dim === 'number' ? dim : dims[dim]))
      return type && shape?.every((dim) => dim !== undefined) ? { name, dtype: type.dtype, shape } : undefined
    },
    ints(name) {
      const tensor = stored.get(name)
      return tensor && Array.from(readTensor(tensor).data as ArrayLike<bigint>, Number)
    },
  }
}
