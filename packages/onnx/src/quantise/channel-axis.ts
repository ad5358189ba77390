import type { NodeProto } from '../generated/onnx-ml_pb.js'
import { nodeAttributes } from '../graph/node-attributes.ts'
import { operatorName } from '../graph/value-uses.ts'

/**
 * The axis along which a stored tensor has its channels as a weight of `node`: each gets a scale of its own. Undefined where
 * the input is no weight. Rows of recurrent layers are the gates' units.
 */
export function channelAxis(node: NodeProto, index: number, rank: number): number | undefined {
  switch (operatorName(node)) {
    case 'MatMul':
      return rank < 2 ? undefined : index === 1 ? rank - 1 : rank - 2
    case 'Gemm': {
      if (index > 1 || rank !== 2) return undefined
      const transposed = nodeAttributes(node).int(index === 1 ? 'transB' : 'transA', 0) !== 0
      return (index === 1) === transposed ? 0 : 1
    }
    case 'Conv':
      return index === 1 ? 0 : undefined
    case 'ConvTranspose':
      return index === 1 ? 1 : undefined
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return index === 1 || index === 2 ? 1 : undefined
    case 'Gather':
      // An embedding: rows are taken first and scaled after.
      return index === 0 && rank >= 2 && nodeAttributes(node).int('axis', 0) === 0 ? rank - 1 : undefined
    default:
      return undefined
  }
}
