import * as tf from '@tensorflow/tfjs-core'
import { it } from 'vitest'

import { separable } from '../models/separable.ts'
import { expectSameGradients } from './expect-same.ts'
import { batchNorm, conv, dense, depthwise, imagesOf } from './layouts.ts'
import { numbers } from '../numbers.ts'

it('a depthwise separable block has the gradients of tfjs', () =>
  expectSameGradients({
    model: separable(),
    x: numbers([3, 3, 9, 9], 4),
    targets: Int32Array.of(1, 2, 2),
    logits(x, tensors) {
      const depth = tf.relu6(batchNorm(depthwise(imagesOf(x), tensors, 'depth', 2), tensors, 'depth.norm'))
      const point = tf.relu6(batchNorm(conv(depth, tensors, 'point'), tensors, 'point.norm'))
      return dense(tf.mean(point, [1, 2]), tensors, 'head')
    },
  }))
