import { HomingError } from '@homing/protocol'

import { maxInlinedNodes } from '../config.ts'
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
} from '../generated/onnx-ml_pb.js'
import { uniqueNames } from '../split/unique-names.ts'
import { upgradeOpset } from '../upgrade/upgrade-opset.ts'
import { copyMessage, copyModel, copyNode } from './copy-graph.ts'
import { graphNames } from './graph-names.ts'
import { makeNode } from './make-node.ts'
import { opsetVersions, standardDomain } from './model-operators.ts'
import { nodeGraphs } from './node-graphs.ts'

/**
 * The model with the bodies of its own functions in the place of the nodes that call them, also in bodies and in one
 * another; given back as it is when it has none. Where functions are written in another version of the standard
 * operator set than the graph, all is upgraded to the newest of them.
 * @throws HomingError ONNX_INVALID for a function that calls itself, ONNX_UNSUPPORTED where too many nodes would
 *   come of it, and as `upgradeOpset`.
 *
 * Source: ONNX, docs/IR.md, Model Functions.
 */
export function inlineFunctions(model: ModelProto): ModelProto {
  if (model.functions.length === 0) return model
  const copy = copyModel(inOneOpset(model))
  const functions = new Map(copy.functions.map((own) => [callOf(own.domain, own.name, own.overload), own]))
  const fresh = uniqueNames(graphNames(copy))
  if (copy.graph) inlineGraph(copy.graph, { functions, fresh, within: [], count: { nodes: 0 } })
  const imported = new Set(copy.opsetImport.map(({ domain }) => standardDomain(domain)))
  const further = copy.functions.flatMap(({ opsetImport }) => opsetImport)
  copy.opsetImport = [...copy.opsetImport]
  for (const entry of further) {
    if (imported.has(standardDomain(entry.domain))) continue
    imported.add(standardDomain(entry.domain))
    copy.opsetImport.push(entry)
  }
  copy.functions = []
  return copy
}

/** What inlining knows at one place. */
interface Scope {
  readonly functions: ReadonlyMap<string, FunctionProto>
  /** A name that nobody has, made from another. */
  fresh(stem: string): string
  /** The functions whose bodies this place is in. */
  readonly within: readonly FunctionProto[]
  readonly count: { nodes: number }
}

const callOf = (domain: string, name: string, overload: string): string =>
  JSON.stringify([standardDomain(domain), name, overload])

function inOneOpset(model: ModelProto): ModelProto {
  const versions = [model, ...model.functions].flatMap(
    ({ opsetImport }) => opsetVersions(opsetImport).get('') ?? [],
  )
  return new Set(versions).size > 1 ? upgradeOpset(model, Math.max(...versions)) : model
}

function inlineGraph(graph: GraphProto, scope: Scope): void {
  graph.node = graph.node.flatMap((node) => inlineNode(node, scope))
}

function inlineNode(node: NodeProto, scope: Scope): NodeProto[] {
  const called = scope.functions.get(callOf(node.domain, node.opType, node.overload))
  if (!called) {
    for (const body of nodeGraphs(node)) inlineGraph(body, scope)
    return [node]
  }
  if (scope.within.includes(called))
    throw new HomingError('ONNX_INVALID', `The function "${called.domain}.${called.name}" calls itself`)
  scope.count.nodes += called.node.length
  if (scope.count.nodes > maxInlinedNodes)
    throw new HomingError(
      'ONNX_UNSUPPORTED',
      `The functions of the model make more than ${maxInlinedNodes} nodes; export it without functions`,
    )
  const inner = { ...scope, within: [...scope.within, called] }
  return bodyFor(node, called, scope).flatMap((each) => inlineNode(each, inner))
}

/** The nodes of a function on the inputs, outputs and attributes of one call. */
function bodyFor(call: NodeProto, called: FunctionProto, { fresh }: Scope): NodeProto[] {
  const names = new Map<string, string>([['', '']])
  called.input.forEach((name, index) => names.set(name, call.input[index] ?? ''))
  // What a function hands through, or gives twice, needs a node that makes it.
  const handed = called.output.flatMap((name, index) => {
    const output = call.output[index] ?? ''
    if (output === '') return []
    if (names.has(name)) return [makeNode('Identity', [names.get(name)!], output)]
    names.set(name, output)
    return []
  })
  const stem = call.name || called.name
  const named = (name: string): string => {
    const known = names.get(name)
    if (known !== undefined) return known
    const made = fresh(`${stem}/${name}`)
    names.set(name, made)
    return made
  }
  const given = new Map([...called.attributeProto, ...call.attribute].map((each) => [each.name, each]))
  const nodes = called.node.map((node) => {
    const copy = copyNode(node)
    if (copy.name) copy.name = fresh(`${stem}/${copy.name}`)
    settle(copy, named, given)
    return copy
  })
  return [...nodes, ...handed]
}

type Attributes = ReadonlyMap<string, AttributeProto>

/** Gives a copied node, and what its bodies hold, the names and attributes of the call. */
function settle(node: NodeProto, named: (name: string) => string, given: Attributes): void {
  node.input = node.input.map(named)
  node.output = node.output.map(named)
  node.attribute = node.attribute.flatMap((attribute) => {
    if (!attribute.refAttrName) return [attribute]
    const referred = given.get(attribute.refAttrName)
    return referred ? [Object.assign(copyMessage(referred), { name: attribute.name })] : []
  })
  for (const body of nodeGraphs(node)) {
    const renamed = <T extends { name: string }>(entry: T): T =>
      Object.assign(copyMessage(entry), { name: named(entry.name) })
    body.input = body.input.map(renamed)
    body.initializer = body.initializer.map(renamed)
    body.valueInfo = body.valueInfo.map(renamed)
    for (const inner of body.node) settle(inner, named, given)
    body.output = body.output.map(renamed)
  }
}
