import {
  inlineFunctions,
  type ModelProto,
  modelOpsets,
  nodeAttributes,
  type NodeProto,
  settleCastLike,
  type TensorProto,
  tensorTypeOf,
  upgradeOpset,
  type ValueInfoProto,
} from '@homing/onnx'
import { HomingError } from '@homing/protocol'

import { capturedValues } from './captured-values.ts'
import { oldestOpset } from './config.ts'
import type { ShapedValue } from './emitter.ts'
import type { ForwardNode } from './forward-node.ts'
import { staticValues, type StaticValues } from './static-values.ts'

/** What of an inference graph one output depends on, with static shapes. */
export interface ForwardGraph {
  readonly opset: number
  /** Versions of the other operator sets. */
  readonly domains: Readonly<Record<string, number>>
  /** Inputs that the caller feeds. */
  readonly inputs: readonly ShapedValue[]
  readonly initializers: ReadonlyMap<string, TensorProto>
  /** In the order of execution. */
  readonly nodes: readonly ForwardNode[]
  /** Every tensor of a known shape, by name. */
  readonly values: ReadonlyMap<string, ShapedValue>
  readonly output: ShapedValue
}

/** How a model is read: sizes of its dynamic dimensions by name, and the output that counts (the first when absent). */
export interface ForwardOptions {
  readonly dims?: Readonly<Record<string, number>> | undefined
  readonly output?: string | undefined
}

/**
 * The model without functions of its own, in an operator set that gradients can be written for.
 * @throws HomingError as `inlineFunctions` and `upgradeOpset`.
 */
export function withCurrentOpset(given: ModelProto): ModelProto {
  const model = settleCastLike(inlineFunctions(given))
  const opset = modelOpsets(model).get('') ?? 0
  return opset < oldestOpset ? upgradeOpset(model) : model
}

/**
 * Reads an inference graph, leaving out what the output does not depend on.
 * @throws HomingError CONFIG_INVALID for an unknown output or a dimension without size, ONNX_UNSUPPORTED for a node of an
 *   older operator set that has no newer form, GRADIENT_UNSUPPORTED when the shape of the output is not known.
 */
export function readForwardGraph(given: ModelProto, { dims = {}, output }: ForwardOptions): ForwardGraph {
  const model = withCurrentOpset(given)
  const { graph } = model
  if (!graph) throw new HomingError('ONNX_INVALID', 'The model has no graph')
  const unfit = Object.entries(dims).find(([, size]) => !Number.isSafeInteger(size) || size < 1)
  if (unfit)
    throw new HomingError(
      'CONFIG_INVALID',
      `Dimension "${unfit[0]}" needs a size of at least 1, not ${unfit[1]}`,
    )
  const { '': opset = 0, ...domains } = Object.fromEntries(modelOpsets(model))
  const outputName = output ?? graph.output[0]?.name ?? ''
  if (!graph.output.some(({ name }) => name === outputName)) {
    throw new HomingError('CONFIG_INVALID', `The model has no output "${outputName}"`)
  }
  const { nodes: protos, needed } = nodesBehind(graph.node, outputName)
  const initializers = new Map(
    graph.initializer.filter(({ name }) => needed.has(name)).map((tensor) => [tensor.name, tensor]),
  )
  const known = staticValues(model, graph, dims)
  const { values } = known
  const inputs = graph.input
    .filter(({ name }) => needed.has(name) && !initializers.has(name))
    .map((info) => values.get(info.name) ?? refuseInput(info))
  const nodes = protos.map((proto) => forwardNode(proto, known, opset))
  const found = values.get(outputName) ?? refuseOutput(outputName, nodes)
  return {
    opset,
    domains,
    inputs,
    initializers,
    nodes,
    values,
    output: found,
  }
}

/** The values that depend on one of `roots`, roots included, by way of values that `pass`. */
export function dependentOn(
  { nodes }: ForwardGraph,
  roots: readonly string[],
  pass: (value: ShapedValue) => boolean = () => true,
): Set<string> {
  const reached = new Set(roots)
  for (const { inputs, outputs } of nodes) {
    if (!inputs.some((input) => input && reached.has(input.name))) continue
    for (const output of outputs) if (output && pass(output)) reached.add(output.name)
  }
  return reached
}

/** The values that change smoothly with one of `roots`, roots included: whole numbers, such as its shape, do not. */
export function smoothlyDependentOn(graph: ForwardGraph, roots: readonly string[]): Set<string> {
  return dependentOn(graph, roots, ({ dtype }) => !/^(u?int|bool|string)/.test(dtype))
}

function nodesBehind(
  nodes: readonly NodeProto[],
  output: string,
): { nodes: NodeProto[]; needed: Set<string> } {
  const needed = new Set([output])
  const kept = nodes.toReversed().filter((node) => {
    if (!node.output.some((name) => needed.has(name))) return false
    for (const name of [...node.input, ...capturedValues(node)]) needed.add(name)
    return true
  })
  return { nodes: kept.reverse(), needed }
}

function refuseInput(info: ValueInfoProto): never {
  const type = tensorTypeOf(info)
  if (!type?.shape)
    throw new HomingError('ONNX_UNSUPPORTED', `Input "${info.name}" has no declared tensor type and rank`)
  const dynamic = type.shape.filter((dim) => typeof dim === 'string').map((dim) => `"${dim}"`)
  throw new HomingError(
    'CONFIG_INVALID',
    `Input "${info.name}" has dynamic dimensions (${dynamic.join(', ')}); give them sizes in \`dims\`, by "" where they have no name`,
  )
}

function refuseOutput(name: string, nodes: readonly ForwardNode[]): never {
  const first = nodes.find(({ inputs, outputs, proto }) => {
    const isGiven = (value: unknown, index: number): boolean =>
      value !== undefined || proto.input[index] === ''
    return inputs.every(isGiven) && outputs.some((value, index) => !value && proto.output[index] !== '')
  })
  const where = first ? `, since that of ${first.what} is not` : ''
  throw new HomingError(
    'GRADIENT_UNSUPPORTED',
    `The shape of output "${name}" is not known before the model runs${where}`,
  )
}

function forwardNode(proto: NodeProto, { values, numbers }: StaticValues, opset: number): ForwardNode {
  const standard = proto.domain === '' || proto.domain === 'ai.onnx'
  const type = standard ? proto.opType : `${proto.domain}.${proto.opType}`
  const what = proto.name ? `${type} "${proto.name}"` : `${type} of "${proto.output[0] ?? ''}"`
  // What a body reads counts as an input: it has no gradient there.
  const inputs = [...proto.input, ...capturedValues(proto)].map((name) => values.get(name))
  const outputs = proto.output.map((name) => values.get(name))
  const inputsShaped = inputs.every((input, index) => input !== undefined || proto.input[index] === '')
  return {
    type,
    what,
    inputs,
    outputs,
    shaped: inputsShaped && outputs[0] !== undefined,
    attributes: nodeAttributes(proto),
    numbers: (index) => numbers(proto.input[index] ?? ''),
    opset,
    proto,
  }
}
