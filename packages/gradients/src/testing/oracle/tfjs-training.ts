// In Node, tfjs-core has no gradients of its own; tfjs-layers registers them.
import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-layers'

import * as tf from '@tensorflow/tfjs-core'

import type { Numbers } from '../run-model.ts'
import type { Tensors, Twin } from './twin.ts'

const classes = 4

/** The optimisers that both have. */
export type CommonOptimiser =
  | { readonly kind: 'sgd' }
  | { readonly kind: 'momentum'; readonly nesterov?: boolean }
  | { readonly kind: 'adam'; readonly epsilon?: number }

/** tfjs's loss and gradients of the tensors in `trained`. */
export function tfjsGradients(
  twin: Twin,
  tensors: Readonly<Record<string, Numbers>>,
  trained: readonly string[],
): { loss: number; gradients: Record<string, Float32Array> } {
  return tf.tidy(() => {
    const all = Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, tensorOf(value)]))
    const loss = (...values: tf.Tensor[]): tf.Scalar =>
      lossOf(twin, { ...all, ...Object.fromEntries(trained.map((name, i) => [name, values[i]!])) })
    const { value, grads } = tf.valueAndGrads(loss)(trained.map((name) => all[name]!))
    return {
      loss: value.dataSync()[0]!,
      gradients: Object.fromEntries(trained.map((name, i) => [name, grads[i]!.dataSync() as Float32Array])),
    }
  })
}

/** What `steps` steps of tfjs's own optimiser make of the tensors in `trained` and of running averages. */
export function tfjsSteps(
  twin: Twin,
  tensors: Readonly<Record<string, Numbers>>,
  trained: readonly string[],
  settings: { optimiser: CommonOptimiser; learningRate: number; steps: number },
): Record<string, Float32Array> {
  return tf.tidy(() => {
    const optimiser = optimiserOf(settings.optimiser, settings.learningRate)
    const variables = Object.fromEntries(
      Object.entries(tensors).map(([name, value]) => [name, tf.variable(tensorOf(value))]),
    )
    const x = tensorOf(twin.x)
    for (let step = 0; step < settings.steps; step++) {
      const averages = twin.averages?.(x, variables) ?? {}
      optimiser.minimize(
        () => lossOf(twin, variables),
        false,
        trained.map((name) => variables[name]!),
      )
      for (const [name, value] of Object.entries(averages)) variables[name]!.assign(value)
    }
    const moved = Object.entries(variables).map(([name, value]) => [name, value.dataSync()] as const)
    for (const variable of Object.values(variables)) variable.dispose()
    return Object.fromEntries(moved) as Record<string, Float32Array>
  })
}

function lossOf({ x, targets, logits }: Twin, tensors: Tensors): tf.Scalar {
  const labels = tf.oneHot(tf.tensor1d(targets, 'int32'), classes)
  return tf.losses.softmaxCrossEntropy(labels, logits(tensorOf(x), tensors))
}

function tensorOf({ shape, data }: Numbers): tf.Tensor {
  return tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32')
}

function optimiserOf(settings: CommonOptimiser, learningRate: number): tf.Optimizer {
  switch (settings.kind) {
    case 'sgd':
      return tf.train.sgd(learningRate)
    case 'momentum':
      return tf.train.momentum(learningRate, 0.9, settings.nesterov)
    case 'adam':
      return tf.train.adam(learningRate, 0.9, 0.999, settings.epsilon ?? 1e-8)
  }
}
