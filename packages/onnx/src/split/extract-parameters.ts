import { maxNameLength } from '@homing/protocol'

import { renameValues } from '../builder/rename-values.ts'
import { minConstantBytes } from '../config.ts'
import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../generated/onnx-ml_pb.js'
import { copyMessage, copyModel } from '../graph/copy-graph.ts'
import { nodeGraphs } from '../graph/node-graphs.ts'
import { type ValueUse, valueUses } from '../graph/value-uses.ts'
import { checkModel, type CheckedModel } from '../model/check-model.ts'
import { type TensorHeader, tensorHeader } from '../tensor/tensor-bytes.ts'
import { tensorByteSize } from '../tensor/tensor-size.ts'
import { isParameter } from './parameter-rules.ts'
import { uniqueNames } from './unique-names.ts'

/** A learned tensor on its way out of the graph. */
export interface ExtractedParameter {
  /** Unique in the manifest. */
  readonly name: string
  readonly header: TensorHeader
  /** Bytes. */
  readonly size: number
  /** The tensor with its elements or with the place of its external data, as the file had it. */
  readonly source: TensorProto
  /** Its stand-in among the initialisers of the main graph, to be given its place in the parameter file. */
  readonly placeholder: TensorProto
}

/**
 * A copy of `model` whose learned tensors are all initialisers of the main graph, and those tensors in the order of
 * the graph. Weights in Constant nodes become initialisers, and those of bodies (If, Loop, Scan) move to the main
 * graph, which bodies see: engines load external data for the main graph alone.
 */
export function extractParameters(model: ModelProto): {
  model: CheckedModel
  parameters: ExtractedParameter[]
} {
  const copy = copyModel(model)
  checkModel(copy)
  const { graph } = copy
  shortenNames(graph)
  const uses = valueUses(graph)
  const parameters: ExtractedParameter[] = []
  const manifestName = uniqueNames()
  const graphName = uniqueNames(valueNames(graph))

  const take = (source: TensorProto, name: string): TensorProto => {
    const header = tensorHeader(source)
    const placeholder = copyMessage(source)
    placeholder.name = name
    const size = tensorByteSize(header.type, header.shape, header.what)
    parameters.push({ name: manifestName(name), header, size, source, placeholder })
    return placeholder
  }
  /** Weights of Constant nodes leave `from`; returned are the initialisers that they become. */
  const takeConstants = (from: GraphProto): TensorProto[] => {
    const taken: TensorProto[] = []
    from.node = from.node.filter((node) => {
      const tensor = weightOfConstant(node, uses)
      if (tensor) taken.push(take(tensor, node.output[0]!))
      return !tensor
    })
    return taken
  }
  const takeBody = (body: GraphProto): void => {
    const renames = new Map<string, string>()
    const hoist = (placeholder: TensorProto): void => {
      const { name } = placeholder
      placeholder.name = graphName(name)
      if (placeholder.name !== name) renames.set(name, placeholder.name)
      graph.initializer.push(placeholder)
    }
    const inputs = new Set(body.input.map(({ name }) => name))
    body.initializer = body.initializer.filter((tensor) => {
      if (inputs.has(tensor.name) || !isLearned(tensor, uses)) return true
      hoist(take(tensor, tensor.name))
      return false
    })
    takeConstants(body).forEach(hoist)
    renameValues(body, renames)
    for (const node of body.node) nodeGraphs(node).forEach((inner) => takeBody(inner))
  }

  graph.initializer = graph.initializer.map((tensor) =>
    isLearned(tensor, uses) ? take(tensor, tensor.name) : tensor,
  )
  graph.initializer.push(...takeConstants(graph))
  for (const node of graph.node) nodeGraphs(node).forEach((body) => takeBody(body))
  return { model: copy, parameters }
}

/** Names that a manifest cannot hold: a device finds the tensors of a training graph by them. */
function shortenNames(graph: GraphProto): void {
  const long = graph.initializer.filter(({ name }) => name.length > maxNameLength)
  if (long.length === 0) return
  const shortened = uniqueNames(valueNames(graph))
  const visible = new Set([...graph.input, ...graph.output].map(({ name }) => name))
  const renames = new Map(
    long.filter(({ name }) => !visible.has(name)).map(({ name }) => [name, shortened(name)]),
  )
  graph.initializer = graph.initializer.map((tensor) =>
    Object.assign(copyMessage(tensor), { name: renames.get(tensor.name) ?? tensor.name }),
  )
  renameValues(graph, renames)
}

type Uses = ReadonlyMap<string, readonly ValueUse[]>

function isLearned(tensor: TensorProto, uses: Uses): boolean {
  return tensor.name !== '' && isParameter(tensorHeader(tensor), uses.get(tensor.name) ?? [])
}

function weightOfConstant(node: NodeProto, uses: Uses): TensorProto | undefined {
  const name = node.output[0] ?? ''
  if (node.opType !== 'Constant' || (node.domain !== '' && node.domain !== 'ai.onnx') || name === '')
    return undefined
  const tensor = node.attribute.find((attribute) => attribute.name === 'value')?.t
  if (!tensor) return undefined
  const header = tensorHeader(tensor)
  if (!isParameter(header, uses.get(name) ?? [])) return undefined
  return tensorByteSize(header.type, header.shape, header.what) >= minConstantBytes ? tensor : undefined
}

/** Every name that the main graph itself gives to a value. Bodies cannot hide them, by the rules of ONNX. */
function valueNames(graph: GraphProto): string[] {
  return [...graph.input, ...graph.initializer]
    .map(({ name }) => name)
    .concat(graph.node.flatMap(({ output }) => output))
    .concat(graph.sparseInitializer.flatMap(({ values }) => values?.name ?? []))
}
