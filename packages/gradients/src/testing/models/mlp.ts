import { graphBuilder, type ModelProto } from '@homing/onnx'

import { weightsOf } from './weights.ts'

/** x [batch, 5] -> MatMul, Add, Tanh (7) -> Gemm -> logits [batch, 4]. */
export function mlp(): ModelProto {
  const g = graphBuilder('mlp')
  const weights = weightsOf(g, 1)
  const x = g.input('x', 'float32', ['batch', 5])
  const product = g.op('MatMul', [x, weights.kernel('hidden.weight', [5, 7], 5)])
  const hidden = g.op('Tanh', [g.op('Add', [product, weights.vector('hidden.bias', 7)])])
  const head = [weights.kernel('head.weight', [7, 4], 7), weights.vector('head.bias', 4)]
  g.output('logits', g.op('Gemm', [hidden, ...head]), 'float32', ['batch', 4])
  return g.build()
}
