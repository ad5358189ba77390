import { graphBuilder, type ModelProto } from '@homing/onnx'

import { layersOf } from './layers.ts'
import { weightsOf } from './weights.ts'

/** Depthwise separable convolution of stride 2 (Howard et al. 2017), with ReLU6: x [batch, 3, 9, 9] -> logits [batch, 4]. */
export function separable(): ModelProto {
  const g = graphBuilder('separable')
  const { conv, batchNorm, dense, relu6 } = layersOf(g, weightsOf(g, 4))
  const x = g.input('x', 'float32', ['batch', 3, 9, 9])
  const depth = relu6(batchNorm(conv(x, 'depth', [3, 3], { stride: 2, group: 3 }), 'depth.norm', 3))
  const point = relu6(batchNorm(conv(depth, 'point', [3, 6], { kernel: 1 }), 'point.norm', 6))
  const features = g.op('ReduceMean', [point], { axes: [2, 3], keepdims: 0 })
  g.output('logits', dense(features, 'head', 6, 4), 'float32', ['batch', 4])
  return g.build()
}
