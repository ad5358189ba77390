import type { ModelProto, NodeProto, OperatorSetIdProto } from '../generated/onnx-ml_pb.js'
import { nodeGraphs } from './node-graphs.ts'
import { operatorName } from './value-uses.ts'

/**
 * The operators that a model uses, in graphs, bodies and functions, with their domain unless standard: `Conv`,
 * `ai.onnx.ml.Scaler`. The model's own functions are not operators.
 */
export function modelOperators(model: ModelProto): Set<string> {
  const own = new Set(model.functions.map(({ domain, name }) => operatorName({ domain, opType: name })))
  const operators = new Set<string>()
  const visit = (nodes: readonly NodeProto[]): void => {
    for (const node of nodes) {
      const operator = operatorName(node)
      if (!own.has(operator)) operators.add(operator)
      for (const body of nodeGraphs(node)) visit(body.node)
    }
  }
  if (model.graph) visit(model.graph.node)
  for (const { node } of model.functions) visit(node)
  return operators
}

/** Version of each operator set that a model uses, by domain; the standard one is the empty string. */
export function modelOpsets(model: ModelProto): Map<string, number> {
  return opsetVersions(model.opsetImport)
}

/** Version of each operator set in a list of imports, by domain; the standard one is the empty string. */
export function opsetVersions(imports: readonly OperatorSetIdProto[]): Map<string, number> {
  return new Map(imports.map(({ domain, version }) => [standardDomain(domain), Number(version)]))
}

/** A domain as the keys of `modelOpsets` have it: the standard one has two names. */
export function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain
}
