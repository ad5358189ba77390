import { graphBuilder, type ModelProto } from '@homing/onnx'

import { layersOf } from './layers.ts'
import { weightsOf } from './weights.ts'

/**
 * A stem and one block of ResNet (He et al. 2016) that halves the size, with a projection on its shortcut, and
 * overlapping MaxPool: x [batch, 2, 9, 9] -> logits [batch, 4].
 */
export function residual(): ModelProto {
  const g = graphBuilder('residual')
  const { conv, batchNorm, dense } = layersOf(g, weightsOf(g, 3))
  const x = g.input('x', 'float32', ['batch', 2, 9, 9])
  const stem = g.op('Relu', [batchNorm(conv(x, 'stem', [2, 4]), 'stem.norm', 4)])
  const pool = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }
  const small = g.op('MaxPool', [stem], pool)
  const inner = g.op('Relu', [batchNorm(conv(small, 'conv1', [4, 6], { stride: 2 }), 'norm1', 6)])
  const outer = batchNorm(conv(inner, 'conv2', [6, 6]), 'norm2', 6)
  const shortcut = conv(small, 'shortcut', [4, 6], { stride: 2, kernel: 1 })
  const block = g.op('Relu', [g.op('Add', [outer, shortcut])])
  const features = g.op('Flatten', [g.op('GlobalAveragePool', [block])])
  g.output('logits', dense(features, 'head', 6, 4), 'float32', ['batch', 4])
  return g.build()
}
