import { type TensorType, tensorTypeOf } from '../builder/value-info.ts'
import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../generated/onnx-ml_pb.js'
import { modelOpsets } from '../graph/model-operators.ts'
import { nodeAttributes } from '../graph/node-attributes.ts'
import { operatorName } from '../graph/value-uses.ts'
import { elementTypeOf } from '../tensor/element-types.ts'
import { readTensor } from '../tensor/read-tensor.ts'
import { isExternal, tensorHeader } from '../tensor/tensor-bytes.ts'
import { classicRules } from './rules/classic.ts'
import { elementwiseRules } from './rules/elementwise.ts'
import { layerRules } from './rules/layers.ts'
import { shapeRules } from './rules/shapes.ts'
import type { TypedNode, TypeRule } from './type-rule.ts'

const rules = new Map<string, TypeRule>(
  Object.entries({ ...elementwiseRules, ...layerRules, ...shapeRules, ...classicRules }),
)

/** Most elements of a constant whose values are looked at: shapes and axes. */
const maxKnownElements = 1024

/**
 * Types of the values of a model's main graph, as far as they are declared or follow from simple rules: every
 * value that is missing has an unknown type, an unknown rank is an undefined shape, an unknown size is the empty string.
 */
export function inferTypes(model: ModelProto): Map<string, TensorType> {
  const types = new Map<string, TensorType>()
  const constants = new Map<string, TensorProto>()
  if (!model.graph) return types
  const opsets = modelOpsets(model)
  declareTypes(model.graph, types, constants)
  for (const node of model.graph.node) {
    inferNode(node, types, constants, opsets.get(node.domain) ?? 1).forEach((type, index) => {
      const name = node.output[index]
      if (name && type && moreIsKnown(type, types.get(name))) types.set(name, type)
    })
  }
  return types
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

/** Types of the outputs of one node; a Constant's tensor is added to `constants`. */
export function inferNode(
  node: NodeProto,
  types: ReadonlyMap<string, TensorType>,
  constants: Map<string, TensorProto>,
  opset: number,
): (TensorType | undefined)[] {
  const attributes = nodeAttributes(node)
  if (node.opType === 'Constant') {
    const tensor = attributes.tensor('value')
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
    ints: (index) => knownInts(constants.get(node.input[index] ?? '')),
  }
  return rules.get(operatorName(node))?.(typed) ?? []
}

function knownInts(tensor: TensorProto | undefined): number[] | undefined {
  if (!tensor || isExternal(tensor)) return undefined
  const type = elementTypeOf(tensor.dataType)
  if ((type !== 'int64' && type !== 'int32') || tensor.dims.some((dim) => dim > maxKnownElements))
    return undefined
  return Array.from(readTensor(tensor).data as Iterable<number | bigint>, Number)
}
