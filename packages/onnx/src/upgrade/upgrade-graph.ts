import { create } from '@bufbuild/protobuf'

import {
  type FunctionProto,
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
} from '../generated/onnx-ml_pb.js'
import { standardDomain } from '../graph/model-operators.ts'
import { nodeGraphs } from '../graph/node-graphs.ts'
import { valueUses } from '../graph/value-uses.ts'
import { inferBody } from '../infer/infer-body.ts'
import { knownNumbers } from '../infer/infer-types.ts'
import type { Knowledge } from '../infer/knowledge.ts'
import { makeTensor } from '../tensor/make-tensor.ts'
import { makeNode } from '../graph/make-node.ts'
import type { UpgradeScope } from './upgrade-rule.ts'
import { upgradeSteps } from './upgrade-steps.ts'

/** From which operator sets to which a graph is upgraded. */
export interface UpgradeJob {
  /** The versions that the graph is written in, by domain. */
  readonly opsets: ReadonlyMap<string, number>
  readonly target: number
  /** A name that nobody has, made from another. */
  fresh(stem: string): string
}

/** Upgrades the nodes of a graph and of its bodies in place; a body sees what is known of the graph `around` it. */
export function upgradeGraph(graph: GraphProto, job: UpgradeJob, around?: Knowledge): void {
  const known = inferBody(graph, job.opsets, around)
  const uses = valueUses(graph)
  const scope: UpgradeScope = {
    type: (name) => known.types.get(name),
    numbers: (name) => knownNumbers(known, name),
    isRead: (name) => uses.has(name),
    fresh: (stem) => job.fresh(stem),
    constant(stem, dtype, shape, data) {
      const name = job.fresh(stem)
      graph.initializer.push(makeTensor(name, dtype, shape, data))
      return name
    },
  }
  for (const node of graph.node) for (const body of nodeGraphs(node)) upgradeGraph(body, job, known)
  const from = job.opsets.get('') ?? job.target
  for (let version = from + 1; version <= job.target; version++) {
    const rules = upgradeSteps.get(version)
    if (rules) graph.node = graph.node.flatMap((node) => ruleFor(node, rules)?.(node, scope) ?? [node])
  }
}

/** Upgrades a function in place. Functions have no initialisers: what is stored becomes Constant nodes. */
export function upgradeFunction(definition: FunctionProto, job: UpgradeJob): void {
  const output = definition.output.map((name) => ({ name }))
  const graph = create(GraphProtoSchema, { node: definition.node, output })
  upgradeGraph(graph, job)
  const constants = graph.initializer.map((value) => makeNode('Constant', [], value.name, { value }))
  definition.node = [...constants, ...graph.node]
}

function ruleFor<T>({ domain, opType }: NodeProto, rules: Readonly<Record<string, T>>): T | undefined {
  return standardDomain(domain) === '' && Object.hasOwn(rules, opType) ? rules[opType] : undefined
}
