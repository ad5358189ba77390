import * as tf from '@tensorflow/tfjs-core'
import { it } from 'vitest'

import { groupNorm, groupNormalised } from '../models/group-norm.ts'
import { expectSameGradients } from './expect-same.ts'
import { conv, dense, imagesOf } from './layouts.ts'
import { numbers } from '../numbers.ts'

it('group normalisation, as exporters write it, has the gradients of tfjs', () =>
  expectSameGradients({
    model: groupNormalised(),
    x: numbers([3, 2, 5, 5], 7),
    targets: Int32Array.of(0, 1, 3),
    logits(x, tensors) {
      const y = conv(imagesOf(x), tensors, 'conv')
      const [batch, height, breadth, channels] = y.shape
      const grouped = tf.reshape(y, [batch, height * breadth, groupNorm.groups, channels / groupNorm.groups])
      const { mean, variance } = tf.moments(grouped, [1, 3], true)
      const normal = tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, groupNorm.epsilon)))
      const scaled = tf.mul(tf.reshape(normal, y.shape), tensors['norm.weight']!)
      return dense(tf.mean(tf.relu(tf.add(scaled, tensors['norm.bias']!)), [1, 2]), tensors, 'head')
    },
  }))
