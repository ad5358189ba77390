import * as tf from '@tensorflow/tfjs-core'
import { it } from 'vitest'

import { encoder, encoderEpsilon, encoderLayers, encoderSizes } from '../models/encoder.ts'
import { expectSameGradients, expectSameSteps } from './expect-same.ts'
import { dense } from './layouts.ts'
import type { Tensors, Twin } from './twin.ts'

const { words, tokens, width, heads } = encoderSizes
const batch = 3

/** The last axis through a matrix. */
const dot = (x: tf.Tensor, matrix: tf.Tensor): tf.Tensor3D =>
  tf.reshape(tf.matMul(tf.reshape(x, [batch * tokens, -1]), matrix as tf.Tensor2D), [batch, tokens, -1])

function norm(x: tf.Tensor, tensors: Tensors, name: string): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true)
  const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, encoderEpsilon)))
  return tf.add(tf.mul(normal, tensors[`${name}.weight`]!), tensors[`${name}.bias`]!)
}

function attention(x: tf.Tensor, tensors: Tensors, layer: string): tf.Tensor {
  const all = tf.add(dot(x, tensors[`${layer}.qkv.weight`]!), tensors[`${layer}.qkv.bias`]!)
  const [query, key, value] = tf
    .split(all, 3, -1)
    .map((part) => tf.transpose(tf.reshape(part, [batch, tokens, heads, -1]), [0, 2, 1, 3]))
  const scores = tf.div(tf.matMul(query!, key!, false, true), Math.sqrt(width / heads))
  const mixed = tf.transpose(tf.matMul(tf.softmax(scores), value!), [0, 2, 1, 3])
  return dot(tf.reshape(mixed, [batch, tokens, width]), tensors[`${layer}.out.weight`]!)
}

function feedForward(x: tf.Tensor, tensors: Tensors, layer: string): tf.Tensor {
  const wide = dot(x, tensors[`${layer}.up.weight`]!)
  const gelu = tf.mul(tf.mul(wide, tf.add(tf.erf(tf.div(wide, Math.SQRT2)), 1)), 0.5)
  return dot(gelu, tensors[`${layer}.down.weight`]!)
}

const twin: Twin = {
  model: encoder(),
  x: {
    shape: [batch, tokens],
    data: Int32Array.from({ length: batch * tokens }, (_, i) => (i * 7) % words),
  },
  targets: Int32Array.of(1, 3, 0),
  logits(x, tensors) {
    const embedded = tf.gather(tensors['embedding.weight']!, x)
    let state: tf.Tensor = tf.add(embedded, tensors['position.weight']!)
    for (const layer of encoderLayers) {
      state = tf.add(state, attention(norm(state, tensors, `${layer}.norm1`), tensors, layer))
      state = tf.add(state, feedForward(norm(state, tensors, `${layer}.norm2`), tensors, layer))
    }
    return dense(tf.mean(state, 1), tensors, 'head')
  },
}

it('a transformer encoder of two layers, with embeddings, has the gradients of tfjs', () =>
  expectSameGradients(twin))

it('a transformer encoder goes where tfjs goes, by Adam', () =>
  expectSameSteps(twin, { kind: 'adam', epsilon: 1e-3 }, 0.003))
