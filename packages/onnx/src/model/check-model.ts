import { HomingError } from '@homing/protocol'

import { irVersions, maxGraphDepth } from '../config.ts'
import type { GraphProto, ModelProto } from '../generated/onnx-ml_pb.js'
import { nodeGraphs } from '../graph/node-graphs.ts'

/** A model whose graph is present. */
export type CheckedModel = ModelProto & { graph: NonNullable<ModelProto['graph']> }

/**
 * Checks what every valid model has. An empty file decodes as a model without fields, so this check is what
 * tells "nothing" from a model.
 * @throws HomingError ONNX_INVALID, or ONNX_UNSUPPORTED for an IR version out of range.
 */
export function checkModel(model: ModelProto): asserts model is CheckedModel {
  const { irVersion, graph, opsetImport } = model
  if (!graph || irVersion === 0n) {
    throw new HomingError(
      'ONNX_INVALID',
      `The file is not an ONNX model: it has no ${graph ? 'IR version' : 'graph'}`,
    )
  }
  if (irVersion < BigInt(irVersions.oldest) || irVersion > BigInt(irVersions.newest)) {
    const { oldest, newest } = irVersions
    throw new HomingError(
      'ONNX_UNSUPPORTED',
      `The model has IR version ${irVersion}; ${oldest} to ${newest} are read`,
    )
  }
  if (opsetImport.length === 0)
    throw new HomingError('ONNX_INVALID', 'The model names no operator set (opset_import)')
  checkDepth(graph, 1)
  const unnamed = graph.node.findIndex(({ opType }) => opType === '')
  if (unnamed >= 0) throw new HomingError('ONNX_INVALID', `Node ${unnamed} of the graph has no operator type`)
}

/** Deeper nesting would exhaust the stack of whoever walks the graphs; onnxruntime gives up much earlier. */
function checkDepth(graph: GraphProto, depth: number): void {
  if (depth > maxGraphDepth) {
    throw new HomingError('ONNX_UNSUPPORTED', `Graphs are nested deeper than ${maxGraphDepth}`)
  }
  for (const node of graph.node) for (const body of nodeGraphs(node)) checkDepth(body, depth + 1)
}
