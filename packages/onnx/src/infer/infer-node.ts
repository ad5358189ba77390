import type { Dim, TensorType } from '../builder/value-info.ts'
import { maxKnownElements } from '../config.ts'
import { computeNode, isComputed } from '../fold/compute-node.ts'
import type { KnownTensor, KnownType } from '../fold/known-tensor.ts'
import type { NodeProto, TensorProto } from '../generated/onnx-ml_pb.js'
import { standardDomain } from '../graph/model-operators.ts'
import { type NodeAttributes, nodeAttributes } from '../graph/node-attributes.ts'
import { operatorName } from '../graph/value-uses.ts'
import { makeTensor } from '../tensor/make-tensor.ts'
import { isDType } from '../tensor/read-tensor.ts'
import { tensorHeader } from '../tensor/tensor-bytes.ts'
import { inferSizes } from './infer-sizes.ts'
import { type Knowledge, knownTensor } from './knowledge.ts'
import { classicRules } from './rules/classic.ts'
import { choosingRules } from './rules/choosing.ts'
import { elementwiseRules } from './rules/elementwise.ts'
import { layerRules } from './rules/layers.ts'
import { normalisationRules } from './rules/normalisation.ts'
import { resizingRules } from './rules/resizing.ts'
import { makingRules } from './rules/making.ts'
import { rearrangingRules } from './rules/rearranging.ts'
import { shapeRules } from './rules/shapes.ts'
import type { TypedNode, TypeRule } from './type-rule.ts'

const rules = new Map<string, TypeRule>(
  Object.entries({
    ...choosingRules,
    ...classicRules,
    ...elementwiseRules,
    ...layerRules,
    ...makingRules,
    ...normalisationRules,
    ...rearrangingRules,
    ...resizingRules,
    ...shapeRules,
  }),
)

/** The first operator set in which operands broadcast as they do now. */
const oldestComputedOpset = 7

/**
 * Types of the outputs of one node; what it gives whatever the inputs are, of at most `limit` elements, is added to
 * the constants, and sizes to the sizes.
 */
export function inferNode(
  node: NodeProto,
  known: Knowledge,
  opsets: ReadonlyMap<string, number>,
  limit = maxKnownElements,
): (TensorType | undefined)[] {
  const name = operatorName(node)
  const attributes = nodeAttributes(node)
  if (name === 'Constant') return constantType(node.output[0] ?? '', attributes, known)
  const opset = opsets.get(standardDomain(node.domain)) ?? 1
  const typed = typedNode(node, attributes, known, opset)
  const outputs = rules.get(name)?.(typed) ?? []
  if (opset < oldestComputedOpset) return outputs
  const computed = isComputed(name)
    ? computeOutputs(name, node, attributes, outputs, known, limit)
    : undefined
  if (computed) {
    computed.forEach(({ dtype, shape, data }, index) =>
      known.constants.set(node.output[index]!, makeTensor(node.output[index]!, dtype, shape, data)),
    )
    return outputs
  }
  const sizes = inferSizes(name, typed)
  if (sizes && outputs[0]) addSizes(node.output[0] ?? '', outputs[0], sizes, known)
  return outputs
}

function computeOutputs(
  name: string,
  node: NodeProto,
  attributes: NodeAttributes,
  types: readonly (TensorType | undefined)[],
  { constants }: Knowledge,
  limit: number,
): readonly KnownTensor[] | undefined {
  if (node.input.some((input) => input !== '' && !constants.has(input))) return undefined
  const outputs = node.output.flatMap((_, index) => knownType(types[index], limit) ?? [])
  if (outputs.length !== node.output.length) return undefined
  const inputs = node.input.map((input) => knownTensor(constants.get(input), limit))
  if (node.input.some((input, index) => input !== '' && !inputs[index])) return undefined
  return computeNode(name, { attributes, inputs, outputs })
}

function knownType(type: TensorType | undefined, limit: number): KnownType | undefined {
  const shape = type?.shape?.filter((dim) => typeof dim === 'number')
  if (!type || !shape || shape.length !== type.shape?.length) return undefined
  if (!isDType(type.dtype) || type.dtype === 'string') return undefined
  if (!shape.every((dim) => dim >= 0) || shape.reduce((a, b) => a * b, 1) > limit) return undefined
  return { dtype: type.dtype, shape }
}

function typedNode(node: NodeProto, attributes: NodeAttributes, known: Knowledge, opset: number): TypedNode {
  const { types, constants, sizes } = known
  const numbers = (index: number, fits: (dtype: string) => boolean): number[] | undefined => {
    const tensor = knownTensor(constants.get(node.input[index] ?? ''), maxKnownElements)
    return tensor && fits(tensor.dtype) ? Array.from<number | bigint, number>(tensor.data, Number) : undefined
  }
  return {
    attributes,
    inputs: node.input.length,
    outputs: node.output.length,
    opset,
    input: (index) => types.get(node.input[index] ?? ''),
    ints: (index) => numbers(index, (dtype) => dtype === 'int64' || dtype === 'int32'),
    floats: (index) => numbers(index, (dtype) => dtype === 'float32'),
    // What is asked of sizes gives truth values.
    sizes: (index) =>
      sizes.get(node.input[index] ?? '') ??
      numbers(index, (dtype) => dtype === 'int64' || dtype === 'int32' || dtype === 'bool'),
    has: (index) => Boolean(node.input[index]),
  }
}

function addSizes(
  name: string,
  { dtype, shape }: TensorType,
  sizes: readonly Dim[],
  { constants, sizes: known }: Knowledge,
): void {
  if (dtype !== 'int64' && dtype !== 'int32' && dtype !== 'bool') return
  const numbers = sizes.filter((size) => typeof size === 'number')
  if (numbers.length !== sizes.length) known.set(name, sizes)
  else if (
    shape?.every((dim) => typeof dim === 'number') &&
    shape.reduce((a, b) => a * b, 1) === sizes.length
  )
    constants.set(name, makeTensor(name, dtype, shape, numbers))
}

function constantType(name: string, attributes: NodeAttributes, { constants }: Knowledge): TensorType[] {
  const tensor = constantTensor(attributes)
  if (!tensor) return []
  constants.set(name, tensor)
  const { type, shape } = tensorHeader(tensor)
  return [{ dtype: type, shape }]
}

/** The tensor of a Constant, which may also be written as plain numbers. */
export function constantTensor(attributes: NodeAttributes): TensorProto | undefined {
  const ints = attributes.ints('value_ints')
  const floats = attributes.floats('value_floats')
  if (ints) return makeTensor('', 'int64', [ints.length], ints)
  if (floats) return makeTensor('', 'float32', [floats.length], floats)
  if (attributes.has('value_int')) return makeTensor('', 'int64', [], [attributes.int('value_int', 0)])
  if (attributes.has('value_float'))
    return makeTensor('', 'float32', [], [attributes.float('value_float', 0)])
  return attributes.tensor('value')
}
