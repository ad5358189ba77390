import { type TensorType, tensorTypeOf } from '../builder/value-info.ts'
import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../generated/onnx-ml_pb.js'
import { modelOpsets, standardDomain } from '../graph/model-operators.ts'
import { type NodeAttributes, nodeAttributes } from '../graph/node-attributes.ts'
import { operatorName } from '../graph/value-uses.ts'
import { type ElementType, elementTypeOf } from '../tensor/element-types.ts'
import { makeTensor } from '../tensor/make-tensor.ts'
import { readTensor } from '../tensor/read-tensor.ts'
import { isExternal, tensorHeader } from '../tensor/tensor-bytes.ts'
import { foldInts } from './fold-ints.ts'
import { classicRules } from './rules/classic.ts'
import { elementwiseRules } from './rules/elementwise.ts'
import { layerRules } from './rules/layers.ts'
import { resizingRules } from './rules/resizing.ts'
import { shapeRules } from './rules/shapes.ts'
import type { TypedNode, TypeRule } from './type-rule.ts'

const rules = new Map<string, TypeRule>(
  Object.entries({ ...elementwiseRules, ...layerRules, ...shapeRules, ...resizingRules, ...classicRules }),
)

/** Most elements of a constant whose values are looked at: shapes and axes. */
const maxKnownElements = 1024

const wholeTypes = ['int64', 'int32'] as const

/** What is known of the values of a graph before it runs. */
export interface InferredGraph {
  /**
   * Types, as far as they are declared or follow from simple rules: every value that is missing has an unknown type,
   * an unknown rank is an undefined shape, an unknown size is the empty string.
   */
  readonly types: ReadonlyMap<string, TensorType>
  /** Numbers, such as shapes, axes and factors, of a small value that does not depend on the inputs. */
  numbers(name: string): number[] | undefined
}

/** What is known of the values of a graph, with the stored and folded tensors that say so. */
export interface KnownValues extends InferredGraph {
  readonly constants: ReadonlyMap<string, TensorProto>
}

/** Reads the types and small constants of a model's main graph. */
export function inferGraph(model: ModelProto): InferredGraph {
  return inferBody(model.graph, modelOpsets(model))
}

/** Reads the types and small constants of a graph; a body sees what is known of the graph `around` it. */
export function inferBody(
  graph: GraphProto | undefined,
  opsets: ReadonlyMap<string, number>,
  around?: KnownValues,
): KnownValues {
  const types = new Map(around?.types)
  const constants = new Map(around?.constants)
  if (graph) {
    declareTypes(graph, types, constants)
    for (const node of graph.node) {
      inferNode(node, types, constants, opsets.get(standardDomain(node.domain)) ?? 1).forEach(
        (type, index) => {
          const name = node.output[index]
          if (name && type && moreIsKnown(type, types.get(name))) types.set(name, type)
        },
      )
    }
  }
  return {
    types,
    constants,
    numbers: (name) => knownNumbers(constants.get(name), [...wholeTypes, 'float32']),
  }
}

/** The types of `inferGraph`. */
export function inferTypes(model: ModelProto): ReadonlyMap<string, TensorType> {
  return inferGraph(model).types
}

function declareTypes(
  graph: GraphProto,
  types: Map<string, TensorType>,
  constants: Map<string, TensorProto>,
): void {
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

/** Types of the outputs of one node; what it gives whatever the inputs are is added to `constants`. */
export function inferNode(
  node: NodeProto,
  types: ReadonlyMap<string, TensorType>,
  constants: Map<string, TensorProto>,
  opset: number,
): (TensorType | undefined)[] {
  const attributes = nodeAttributes(node)
  if (node.opType === 'Constant') {
    const tensor = constantTensor(attributes)
    if (!tensor) return []
    constants.set(node.output[0] ?? '', tensor)
    const { type, shape } = tensorHeader(tensor)
    return [{ dtype: type, shape }]
  }
  const typed: TypedNode = {
    attributes,
    inputs: node.input.length,
    outputs: node.output.length,
    opset,
    input: (index) => types.get(node.input[index] ?? ''),
    ints: (index) => knownNumbers(constants.get(node.input[index] ?? ''), wholeTypes),
    floats: (index) => knownNumbers(constants.get(node.input[index] ?? ''), ['float32']),
    has: (index) => Boolean(node.input[index]),
  }
  const name = operatorName(node)
  const outputs = rules.get(name)?.(typed) ?? []
  const folded = foldInts(name, typed)
  if (folded && outputs[0]) addFolded(node.output[0] ?? '', outputs[0], folded, constants)
  return outputs
}

function addFolded(
  name: string,
  { dtype, shape }: TensorType,
  values: readonly number[],
  constants: Map<string, TensorProto>,
): void {
  if (dtype !== 'int64' && dtype !== 'int32') return
  const sizes = shape?.filter((dim) => typeof dim === 'number')
  if (sizes?.length !== shape?.length || sizes?.reduce((a, b) => a * b, 1) !== values.length) return
  constants.set(name, makeTensor(name, dtype, sizes, values))
}

/** The tensor of a Constant, which may also be written as plain numbers. */
function constantTensor(attributes: NodeAttributes): TensorProto | undefined {
  const ints = attributes.ints('value_ints')
  const floats = attributes.floats('value_floats')
  if (ints) return makeTensor('', 'int64', [ints.length], ints)
  if (floats) return makeTensor('', 'float32', [floats.length], floats)
  if (attributes.has('value_int')) return makeTensor('', 'int64', [], [attributes.int('value_int', 0)])
  return attributes.tensor('value')
}

function knownNumbers(tensor: TensorProto | undefined, types: readonly ElementType[]): number[] | undefined {
  if (!tensor || isExternal(tensor)) return undefined
  const type = elementTypeOf(tensor.dataType)
  if (!type || !types.includes(type) || tensor.dims.some((dim) => dim > maxKnownElements)) return undefined
  return Array.from(readTensor(tensor).data as Iterable<number | bigint>, Number)
}
