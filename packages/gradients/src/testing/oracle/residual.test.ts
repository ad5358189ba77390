import * as tf from '@tensorflow/tfjs-core'
import { it } from 'vitest'

import { residual } from '../models/residual.ts'
import { expectSameGradients } from './expect-same.ts'
import { batchNorm, conv, dense, imagesOf } from './layouts.ts'
import { numbers } from '../numbers.ts'

it('a residual block has the gradients of tfjs', () =>
  expectSameGradients({
    model: residual(),
    x: numbers([3, 2, 9, 9], 3),
    targets: Int32Array.of(0, 3, 2),
    logits(x, tensors) {
      const stem = tf.relu(batchNorm(conv(imagesOf(x), tensors, 'stem'), tensors, 'stem.norm'))
      const small = tf.maxPool(stem, 3, 2, 'same')
      const inner = tf.relu(batchNorm(conv(small, tensors, 'conv1', 2), tensors, 'norm1'))
      const outer = batchNorm(conv(inner, tensors, 'conv2'), tensors, 'norm2')
      const block = tf.relu(tf.add(outer, conv(small, tensors, 'shortcut', 2)))
      return dense(tf.mean(block, [1, 2]), tensors, 'head')
    },
  }))
