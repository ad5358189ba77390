import * as tf from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

import { mlp } from '../models/mlp.ts'
import { expectSameGradients, expectSameSteps } from './expect-same.ts'
import { dense } from './layouts.ts'
import { numbers } from '../numbers.ts'
import type { Twin } from './twin.ts'

const twin: Twin = {
  model: mlp(),
  x: numbers([3, 5], 1),
  targets: Int32Array.of(1, 3, 0),
  logits: (x, tensors) => dense(tf.tanh(dense(x, tensors, 'hidden')), tensors, 'head'),
}

it('an MLP has the gradients of tfjs', () => expectSameGradients(twin))

it.each([
  { optimiser: { kind: 'sgd' }, learningRate: 0.5 },
  { optimiser: { kind: 'momentum' }, learningRate: 0.1 },
  { optimiser: { kind: 'momentum', nesterov: true }, learningRate: 0.1 },
  { optimiser: { kind: 'adam' }, learningRate: 0.01 },
] as const)('an MLP goes where tfjs goes, by $optimiser', ({ optimiser, learningRate }) =>
  expectSameSteps(twin, optimiser, learningRate),
)

it('another loss would not pass', async () => {
  const wrong: Twin = { ...twin, logits: (x, tensors) => tf.mul(twin.logits(x, tensors), 1.001) }
  await expect(expectSameGradients(wrong)).rejects.toThrow()
})
