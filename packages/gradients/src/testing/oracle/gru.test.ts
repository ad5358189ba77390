import * as tf from '@tensorflow/tfjs-core'
import { it } from 'vitest'

import { gru, gruSizes } from '../models/gru.ts'
import { expectSameGradients, expectSameSteps } from './expect-same.ts'
import { dense } from './layouts.ts'
import { numbers } from '../numbers.ts'
import type { Twin } from './twin.ts'

const { steps, features, width } = gruSizes
const batch = 3

const twin: Twin = {
  model: gru(),
  x: numbers([batch, steps, features], 6),
  targets: Int32Array.of(2, 0, 1),
  logits(x, tensors) {
    const gates = (value: tf.Tensor, name: string): tf.Tensor[] => tf.split(dense(value, tensors, name), 3, 1)
    let state: tf.Tensor = tf.zeros([batch, width])
    for (const now of tf.unstack(x, 1)) {
      const [r, z, n] = gates(now, 'input')
      const [rState, zState, nState] = gates(state, 'state')
      const reset = tf.sigmoid(tf.add(r!, rState!))
      const update = tf.sigmoid(tf.add(z!, zState!))
      const fresh = tf.tanh(tf.add(n!, tf.mul(reset, nState!)))
      state = tf.add(tf.mul(tf.sub(1, update), fresh), tf.mul(update, state))
    }
    return dense(state, tensors, 'head')
  },
}

it('an unrolled GRU has the gradients of tfjs', () => expectSameGradients(twin))

it('an unrolled GRU goes where tfjs goes, by momentum', () =>
  expectSameSteps(twin, { kind: 'momentum', nesterov: true }, 0.1))
