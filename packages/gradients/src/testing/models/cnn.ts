import { graphBuilder, type ModelProto } from '@homing/onnx'

import { layersOf } from './layers.ts'
import { weightsOf } from './weights.ts'

/** x [batch, 2, 8, 8] -> twice Conv, BatchNormalization, Relu, MaxPool (6, 8 channels) -> Flatten, Gemm -> logits [batch, 4]. */
export function cnn(): ModelProto {
  const g = graphBuilder('cnn')
  const { conv, batchNorm, dense } = layersOf(g, weightsOf(g, 2))
  const pool = { kernel_shape: [2, 2], strides: [2, 2] }
  const first = batchNorm(conv(g.input('x', 'float32', ['batch', 2, 8, 8]), 'conv1', [2, 6]), 'norm1', 6)
  const small = g.op('MaxPool', [g.op('Relu', [first])], pool)
  const second = batchNorm(conv(small, 'conv2', [6, 8]), 'norm2', 8)
  const smaller = g.op('MaxPool', [g.op('Relu', [second])], pool)
  g.output('logits', dense(g.op('Flatten', [smaller]), 'head', 8 * 4, 4), 'float32', ['batch', 4])
  return g.build()
}
