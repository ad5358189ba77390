import { minConstantBytes } from '../config.ts'
import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../generated/onnx-ml_pb.js'
import { copyMessage, copyModel } from '../graph/copy-graph.ts'
import { makeNode } from '../graph/make-node.ts'
import { modelOpsets } from '../graph/model-operators.ts'
import { nodeGraphs } from '../graph/node-graphs.ts'
import { operatorName, valueUses } from '../graph/value-uses.ts'
import { inferBody } from '../infer/infer-body.ts'
import type { Knowledge } from '../infer/knowledge.ts'
import { checkModel } from '../model/check-model.ts'
import { isParameter } from '../split/parameter-rules.ts'
import { tensorHeader } from '../tensor/tensor-bytes.ts'
import { tensorByteSize } from '../tensor/tensor-size.ts'

/**
 * A copy of the model without the nodes that give the same small values (up to 1,024 elements) whatever the inputs
 * are, also in bodies: the arithmetic that exporters put around shapes, and Constant nodes, which become initialisers.
 * Values are those of the engine, bit for bit; what engines round differently stays. Learned tensors, and what is
 * computed of them, stay as they are, so that they can be trained; small constants that `splitModel` would take for
 * learned if they were initialisers stay Constant nodes. Folding twice gives what folding once does.
 * @throws HomingError ONNX_INVALID.
 */
export function foldConstants(model: ModelProto): ModelProto {
  checkModel(model)
  const copy = copyModel(model)
  checkModel(copy)
  const overridable = copy.irVersion < firstIrOfOptionalInputs ? [] : copy.graph.input.map(({ name }) => name)
  foldGraph(copy.graph, modelOpsets(copy), new Set(overridable))
  return copy
}

/** From this IR version on, callers may pass an initialiser that is listed as an input. */
const firstIrOfOptionalInputs = 4n

/** Operators that look at the type of their input alone. */
const readsTypeOnly = new Set(['Shape', 'Size'])

/** Folds a graph in place. Values in `learned`, and what is computed of them, are not touched; it grows on the way. */
function foldGraph(
  graph: GraphProto,
  opsets: ReadonlyMap<string, number>,
  learned: Set<string>,
  around?: Knowledge,
): void {
  const known = inferBody(graph, opsets, around)
  const uses = valueUses(graph)
  const passesForLearned = (tensor: TensorProto, name: string): boolean =>
    isParameter(tensorHeader(tensor), uses.get(name) ?? [])
  for (const tensor of graph.initializer) if (passesForLearned(tensor, tensor.name)) learned.add(tensor.name)
  const outputs = new Set(graph.output.map(({ name }) => name))
  const folded = new Set<string>()

  /** The node that is left of one that gives `tensor`: none where an initialiser can stand for it. */
  const store = (node: NodeProto, name: string, tensor: TensorProto): NodeProto[] => {
    const isLarge = isStored(tensor) && byteSize(tensor) >= minConstantBytes
    const isLearned = passesForLearned(tensor, name)
    if (isLearned && isLarge && node.opType === 'Constant') learned.add(name)
    if (outputs.has(name) || !isStored(tensor) || (isLearned && !isLarge))
      return [node.opType === 'Constant' ? node : makeNode('Constant', [], name, { value: tensor })]
    folded.add(name)
    graph.initializer.push(Object.assign(copyMessage(tensor), { name }))
    return []
  }
  graph.node = graph.node.flatMap((node) => {
    for (const body of nodeGraphs(node)) foldGraph(body, opsets, learned, known)
    const names = node.output.filter(Boolean)
    const values = names.map((name) => known.constants.get(name))
    const isFixed = !readsTypeOnly.has(operatorName(node)) && node.input.some((name) => learned.has(name))
    const computesLearned =
      node.opType !== 'Constant' &&
      values.some(
        (value, index) =>
          value && passesForLearned(value, names[index]!) && byteSize(value) >= minConstantBytes,
      )
    if (isFixed) for (const name of names) learned.add(name)
    if (isFixed || computesLearned || !values.every((value) => value !== undefined)) return [node]
    return names.flatMap((name, index) => (uses.has(name) ? store(node, name, values[index]!) : []))
  })
  dropUnread(graph, uses, folded)
}

/** Strings stay in Constant nodes: they have no size. */
const isStored = (tensor: TensorProto): boolean => tensorHeader(tensor).type !== 'string'

function byteSize(tensor: TensorProto): number {
  const { type, shape, what } = tensorHeader(tensor)
  return tensorByteSize(type, shape, what)
}

/** Takes out initialisers that were read before and are no more, and what was said of the types of folded values. */
function dropUnread(
  graph: GraphProto,
  usesBefore: ReadonlyMap<string, unknown>,
  folded: ReadonlySet<string>,
): void {
  const uses = valueUses(graph)
  const inputs = new Set(graph.input.map(({ name }) => name))
  graph.initializer = graph.initializer.filter(
    ({ name }) => uses.has(name) || inputs.has(name) || (!usesBefore.has(name) && !folded.has(name)),
  )
  graph.valueInfo = graph.valueInfo.filter(({ name }) => !folded.has(name))
}
