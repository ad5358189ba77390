import * as tf from '@tensorflow/tfjs-core'
import { describe, it } from 'vitest'

import { cnn } from '../models/cnn.ts'
import { batchNormEpsilon } from '../models/layers.ts'
import { expectSameGradients, expectSameSteps } from './expect-same.ts'
import { batchNorm, conv, dense, imagesOf } from './layouts.ts'
import { numbers } from '../numbers.ts'
import type { Tensors, Twin } from './twin.ts'

type Norm = (x: tf.Tensor4D, tensors: Tensors, name: string) => tf.Tensor4D

const logitsBy =
  (norm: Norm): Twin['logits'] =>
  (x, tensors) => {
    const small = layer(imagesOf(x), '1')
    // The dense layer counts as ONNX flattens: channels first.
    const flat = tf.reshape(tf.transpose(layer(small, '2'), [0, 3, 1, 2]), [x.shape[0], -1])
    return dense(flat, tensors, 'head')

    function layer(x: tf.Tensor4D, number: string): tf.Tensor4D {
      const normal = norm(conv(x, tensors, `conv${number}`), tensors, `norm${number}`)
      return tf.maxPool(tf.relu(normal), 2, 2, 'valid')
    }
  }

const batch = { model: cnn(), x: numbers([5, 2, 8, 8], 2), targets: Int32Array.of(2, 0, 3, 1, 1) }
const frozen: Twin = { ...batch, logits: logitsBy(batchNorm) }

/** With mean and variance of the batch, through which tfjs differentiates itself. */
const byBatch: Norm = (x, tensors, name) => {
  const { mean, variance } = tf.moments(x, [0, 1, 2])
  const of = (part: string): tf.Tensor1D => tensors[`${name}.${part}`] as tf.Tensor1D
  return tf.batchNorm(
    x,
    mean as tf.Tensor1D,
    variance as tf.Tensor1D,
    of('bias'),
    of('weight'),
    batchNormEpsilon,
  )
}

const inTraining: Twin = {
  ...batch,
  logits: logitsBy(byBatch),
  averages(x, tensors) {
    const moved: Record<string, tf.Tensor> = {}
    const watch: Norm = (x, tensors, name) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2])
      for (const [part, now] of Object.entries({ mean, var: variance }))
        moved[`${name}.${part}`] = tf.add(tf.mul(tensors[`${name}.${part}`]!, 0.9), tf.mul(now, 0.1))
      return byBatch(x, tensors, name)
    }
    logitsBy(watch)(x, tensors)
    return moved
  },
}

describe.each([
  { statistics: 'stored averages', twin: frozen },
  { statistics: 'the statistics of the batch', twin: inTraining },
])('a CNN with batch normalisation on $statistics', ({ twin }) => {
  it('has the gradients of tfjs', () => expectSameGradients(twin))

  it.each([
    { optimiser: { kind: 'sgd' }, learningRate: 0.1 },
    { optimiser: { kind: 'momentum' }, learningRate: 0.05 },
    { optimiser: { kind: 'adam' }, learningRate: 0.003 },
  ] as const)('goes where tfjs goes, by $optimiser', ({ optimiser, learningRate }) =>
    expectSameSteps(twin, optimiser, learningRate),
  )
})
