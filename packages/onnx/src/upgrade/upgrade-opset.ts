import { HomingError } from '@homing/protocol'

import { irVersionFor } from '../builder/make-model.ts'
import { trainingOpset, upgradableOpsets } from '../config.ts'
import type { GraphProto, ModelProto, OperatorSetIdProto } from '../generated/onnx-ml_pb.js'
import { copyMessage, copyModel } from '../graph/copy-graph.ts'
import { modelOpsets, opsetVersions, standardDomain } from '../graph/model-operators.ts'
import { checkModel } from '../model/check-model.ts'
import { uniqueNames } from '../split/unique-names.ts'
import { graphNames } from '../graph/graph-names.ts'
import { upgradeFunction, upgradeGraph } from './upgrade-graph.ts'

/**
 * The model with the nodes of the standard operator set written as version `target` has them, also in bodies and
 * functions; its outputs stay the same. A model of that version or a newer one, or of other operator sets alone, is
 * given back as it is; otherwise a copy, which shares the stored tensors. Initialisers that IR version 3 had to list
 * among the inputs are no inputs any more.
 *
 * @param target 13 to 26; 18, in which training graphs are written, when absent.
 * @throws HomingError ONNX_UNSUPPORTED naming a node that has no newer form, or for a version below 6 or a target out
 *   of range; ONNX_INVALID when it is no model.
 *
 * Source: ONNX, docs/Changelog.md, and the adapters of its version converter.
 */
export function upgradeOpset(model: ModelProto, target: number = trainingOpset): ModelProto {
  checkModel(model)
  checkTarget(target)
  if (!isOlder(model.opsetImport, target) && !model.functions.some((own) => isOlder(own.opsetImport, target)))
    return model
  const copy = copyModel(model)
  const fresh = uniqueNames(graphNames(copy))
  if (copy.irVersion < firstIrOfOptionalInputs && copy.graph) hideInitialisers(copy.graph)
  if (isOlder(copy.opsetImport, target)) {
    const graphs = [copy.graph, ...copy.trainingInfo.flatMap((info) => [info.initialization, info.algorithm])]
    const job = { opsets: sourceOpsets(copy.opsetImport), target, fresh }
    for (const graph of graphs) if (graph) upgradeGraph(graph, job)
    copy.opsetImport = upgradedImports(copy.opsetImport, target)
  }
  for (const own of copy.functions) {
    if (!isOlder(own.opsetImport, target)) continue
    upgradeFunction(own, { opsets: sourceOpsets(own.opsetImport), target, fresh })
    own.opsetImport = upgradedImports(own.opsetImport, target)
  }
  const needed = irVersionFor(modelOpsets(copy).get('') ?? target)
  if (copy.irVersion < needed) copy.irVersion = needed
  return copy
}

/** The first IR version whose initialisers need not be inputs; those that are may be overridden by the caller. */
const firstIrOfOptionalInputs = 4n

function hideInitialisers(graph: GraphProto): void {
  const stored = new Set(graph.initializer.map(({ name }) => name))
  graph.input = graph.input.filter(({ name }) => !stored.has(name))
}

function checkTarget(target: number): void {
  const { oldestTarget, newestTarget } = upgradableOpsets
  if (Number.isSafeInteger(target) && target >= oldestTarget && target <= newestTarget) return
  throw new HomingError(
    'ONNX_UNSUPPORTED',
    `Models are upgraded to operator sets ${oldestTarget} to ${newestTarget}, not ${target}`,
  )
}

function isOlder(imports: readonly OperatorSetIdProto[], target: number): boolean {
  return (opsetVersions(imports).get('') ?? target) < target
}

function sourceOpsets(imports: readonly OperatorSetIdProto[]): ReadonlyMap<string, number> {
  const opsets = opsetVersions(imports)
  const opset = opsets.get('')!
  if (opset >= upgradableOpsets.oldest) return opsets
  throw new HomingError(
    'ONNX_UNSUPPORTED',
    `The model has operator set ${opset}; from ${upgradableOpsets.oldest} on it can be upgraded. Export it in a newer one.`,
  )
}

function upgradedImports(imports: readonly OperatorSetIdProto[], target: number): OperatorSetIdProto[] {
  return imports.map((entry) => {
    const copy = copyMessage(entry)
    if (standardDomain(entry.domain) === '') copy.version = BigInt(target)
    return copy
  })
}
