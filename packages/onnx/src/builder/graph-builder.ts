import { create } from '@bufbuild/protobuf'
import { HomingError } from '@homing/protocol'

import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  type ValueInfoProto,
} from '../generated/onnx-ml_pb.js'
import { copyNode } from '../graph/copy-graph.ts'
import { inferOutputs } from '../infer/infer-body.ts'
import { copyKnowledge, type Knowledge } from '../infer/knowledge.ts'
import type { ElementType } from '../tensor/element-types.ts'
import { makeTensor, type TensorElements } from '../tensor/make-tensor.ts'
import { tensorHeader } from '../tensor/tensor-bytes.ts'
import { type AttributeInputs, makeAttributes } from './attributes.ts'
import { checkOperands } from './check-operands.ts'
import { defaultOpset, makeModel, type ModelOptions } from './make-model.ts'
import { createNames, type Names } from './names.ts'
import { renameValues } from './rename-values.ts'
import { type Dim, makeValueInfo } from './value-info.ts'

/** A tensor of the graph under construction: its name and what is known of its type. */
export interface Value {
  readonly name: string
  readonly dtype?: ElementType | undefined
  readonly shape?: readonly Dim[] | undefined
}

/** What may be said of a node besides its operator, inputs and attributes. */
export interface OpOptions {
  /** Operator set, such as `ai.onnx.ml`; the standard one when absent. */
  readonly domain?: string
  /** Name of the node. */
  readonly name?: string
  /** Type of the (first) output, where the caller knows better than simple rules. */
  readonly dtype?: ElementType
  readonly shape?: readonly Dim[]
}

/** Builds one graph, node by node in the order of execution. Every method throws HomingError ONNX_INVALID. */
export interface GraphBuilder {
  /** An input of the graph. Strings in `shape` name dynamic dimensions. */
  input(name: string, dtype: ElementType, shape?: readonly Dim[]): Value
  /** A learned tensor (an initialiser with a name that stays the same from version to version). */
  parameter(name: string, dtype: ElementType, shape: readonly number[], data: TensorElements): Value
  /** A tensor that is part of the topology: shapes, axes, scalars. Equal ones are stored once. */
  constant(dtype: ElementType, shape: readonly number[], data: TensorElements): Value
  /** A constant scalar; float32 unless told. */
  scalar(value: number, dtype?: ElementType): Value
  /** A constant int64 vector, such as a shape or axes. */
  ints(values: readonly number[]): Value
  /** A node with one output. An undefined input is an optional one left out. */
  op(
    type: string,
    inputs: readonly (Value | undefined)[],
    attributes?: AttributeInputs,
    options?: OpOptions,
  ): Value
  /** A node with `outputs` outputs, or with outputs of these names (an empty name leaves one out). */
  ops(
    type: string,
    inputs: readonly (Value | undefined)[],
    outputs: number | readonly string[],
    attributes?: AttributeInputs,
    options?: OpOptions,
  ): Value[]
  /** An existing node, unchanged. */
  node(node: NodeProto): Value[]
  /** An existing initialiser, unchanged. */
  initializer(tensor: TensorProto): Value
  /** An output of the graph called `name`; the value is renamed, or copied when its name must stay. */
  output(name: string, value: Value, dtype?: ElementType, shape?: readonly Dim[]): Value
  /** A body for If, Loop or Scan, passed as an attribute. It sees the values of this graph. */
  subgraph(name: string, define: (body: GraphBuilder) => void): GraphProto
  /** The finished model. */
  build(): ModelProto
}

/** Starts a model whose graph is called `name`. */
export function graphBuilder(name: string, options: ModelOptions = {}): GraphBuilder {
  return buildGraph(name, options, { names: createNames(), known: copyKnowledge() }).builder
}

/** What a graph and its bodies share: bodies see the values around them. */
interface Scope {
  readonly names: Names
  readonly known: Knowledge
}

/** Bytes up to which equal constants are looked for. */
const maxSharedConstantBytes = 1024

function buildGraph(
  graphName: string,
  options: ModelOptions,
  scope: Scope,
): { builder: GraphBuilder; finish(): GraphProto } {
  const { names, known } = scope
  const opsets = new Map(Object.entries({ '': options.opset ?? defaultOpset, ...options.domains }))
  const nodes: NodeProto[] = []
  const initializers: TensorProto[] = []
  const inputs: ValueInfoProto[] = []
  const outputs: ValueInfoProto[] = []
  const constants = new Map<string, Value>()
  /** Outputs of nodes whose generated name is replaced when the graph is finished. */
  const renames = new Map<string, string>()
  const generated = new Set<string>()

  const fresh = (stem: string): string => {
    const name = names.fresh(stem)
    generated.add(name)
    return name
  }
  const typed = (name: string, type: Omit<Value, 'name'>): Value => {
    const { dtype, shape } = type
    if (dtype !== undefined) known.types.set(name, { dtype, shape })
    return { name, dtype, shape }
  }
  const add = (node: NodeProto, said: Omit<Value, 'name'> = {}): Value[] => {
    names.mustKnow(node.input)
    checkOperands(
      node,
      node.input.map((input) => known.types.get(input)),
    )
    nodes.push(node)
    const inferred = inferOutputs(node, known, opsets)
    return node.output.map((name, index) => {
      const given = index === 0 ? said : {}
      const type = inferred[index]
      return typed(name, { dtype: given.dtype ?? type?.dtype, shape: given.shape ?? type?.shape })
    })
  }
  const builder: GraphBuilder = {
    input(name, dtype, shape) {
      names.claim(name)
      inputs.push(makeValueInfo(name, { dtype, shape }))
      return typed(name, { dtype, shape })
    },
    parameter: (name, dtype, shape, data) => builder.initializer(makeTensor(name, dtype, shape, data)),
    constant(dtype, shape, data) {
      const tensor = makeTensor('', dtype, shape, data)
      tensor.name = names.unclaimed('constant')
      if (tensor.rawData.byteLength > maxSharedConstantBytes) return builder.initializer(tensor)
      const key = `${dtype}[${shape.join()}]${(dtype === 'string' ? tensor.stringData : [tensor.rawData]).join(';')}`
      const equal = constants.get(key)
      if (equal) return equal
      const value = builder.initializer(tensor)
      constants.set(key, value)
      return value
    },
    scalar: (value, dtype = 'float32') => builder.constant(dtype, [], [value]),
    ints: (values) => builder.constant('int64', [values.length], values),
    op: (type, values, attributes, nodeOptions) => builder.ops(type, values, 1, attributes, nodeOptions)[0]!,
    ops(type, values, outs, attributes = {}, { domain = '', name = '', dtype, shape } = {}) {
      const outputNames = typeof outs === 'number' ? Array.from({ length: outs }, () => fresh(type)) : outs
      const node = create(NodeProtoSchema, {
        input: values.map((value) => value?.name ?? ''),
        output: [...outputNames],
        opType: type,
        attribute: makeAttributes(attributes),
      })
      // Proto2 writes a set field even when it is empty; exporters leave them out.
      if (name) node.name = name
      if (domain) node.domain = domain
      if (typeof outs !== 'number') outs.filter(Boolean).forEach(names.claim)
      return add(node, { dtype, shape })
    },
    node(node) {
      node.output.filter(Boolean).forEach(names.claim)
      return add(copyNode(node))
    },
    initializer(tensor) {
      const { type, shape } = tensorHeader(tensor)
      names.claim(tensor.name)
      initializers.push(tensor)
      known.constants.set(tensor.name, tensor)
      return typed(tensor.name, { dtype: type, shape })
    },
    output(name, value, dtype = value.dtype, shape = value.shape) {
      if (dtype === undefined) throw new HomingError('ONNX_INVALID', `Output "${name}" needs a dtype`)
      if (value.name !== name) {
        names.claim(name)
        if (generated.delete(value.name)) renames.set(value.name, name)
        else nodes.push(create(NodeProtoSchema, { input: [value.name], output: [name], opType: 'Identity' }))
      }
      outputs.push(makeValueInfo(name, { dtype, shape }))
      return typed(name, { dtype, shape })
    },
    subgraph(name, define) {
      const body = buildGraph(name, options, scope)
      define(body.builder)
      return body.finish()
    },
    build: () => makeModel(finish(), options),
  }
  const finish = (): GraphProto => {
    if (outputs.length === 0) throw new HomingError('ONNX_INVALID', `Graph "${graphName}" has no output`)
    const graph = create(GraphProtoSchema, { name: graphName, node: nodes, input: inputs, output: outputs })
    graph.initializer = initializers
    renameValues(graph, renames)
    return graph
  }
  return { builder, finish }
}
