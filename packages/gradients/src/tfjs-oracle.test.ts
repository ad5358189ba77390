// In Node, tfjs-core has no gradients of its own; tfjs-layers registers them.
import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-layers'

import { graphBuilder, type ModelProto } from '@homing/onnx'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

import { runModel, type Numbers } from './testing/run-model.ts'
import { trainingGraph } from './training-graph.ts'

const batch = 3
const classes = 4

/** Numbers in -0.5..0.5 that look random and are the same each time. */
const noise = (shape: readonly number[], seed: number): Numbers => {
  const count = shape.reduce((a, b) => a * b, 1)
  return {
    shape,
    data: Float32Array.from(
      { length: count },
      (_, i) => (Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453) % 0.5,
    ),
  }
}

type Parameters = Record<string, Numbers>

/** What one plain step of rate 1 takes from each parameter: its gradient. */
async function ours(
  model: ModelProto,
  x: Numbers,
  targets: Int32Array,
  parameters: Parameters,
): Promise<{ loss: number; gradients: Record<string, Float32Array> }> {
  const graph = trainingGraph(model, { loss: 'softmax-cross-entropy', optimiser: { kind: 'sgd' } })
  const one = { shape: [], data: Float32Array.of(1) }
  const feeds = {
    x,
    targets: { shape: [batch], data: targets },
    ...parameters,
    learning_rate: one,
    step: one,
  }
  const [results] = await runModel(graph.model, feeds)
  const gradients = Object.entries(parameters).map(([name, { data }]) => [
    name,
    data.map((value, i) => value - results![`${name}/next`]![i]!) as Float32Array,
  ])
  return {
    loss: results!['loss']![0]!,
    gradients: Object.fromEntries(gradients) as Record<string, Float32Array>,
  }
}

const targets = Int32Array.of(1, 3, 0)
const tensorOf = ({ shape, data }: Numbers): tf.Tensor => tf.tensor(data, [...shape])

/** tfjs's loss and gradients of the same network, written with its own operators. */
function theirs(
  parameters: Parameters,
  logits: (p: Record<string, tf.Tensor>) => tf.Tensor2D,
): { loss: number; gradients: Record<string, Float32Array> } {
  const names = Object.keys(parameters)
  const loss = (...values: tf.Tensor[]): tf.Scalar => {
    const named = Object.fromEntries(names.map((name, i) => [name, values[i]!]))
    const labels = tf.oneHot(tf.tensor1d(targets, 'int32'), classes)
    return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits(named))), 1)))
  }
  const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => tensorOf(parameters[name]!)))
  return {
    loss: value.dataSync()[0]!,
    gradients: Object.fromEntries(names.map((name, i) => [name, grads[i]!.dataSync() as Float32Array])),
  }
}

function expectSame(a: Awaited<ReturnType<typeof ours>>, b: ReturnType<typeof theirs>): void {
  expect(a.loss).toBeCloseTo(b.loss, 4)
  for (const [name, gradient] of Object.entries(b.gradients)) {
    const norm = Math.hypot(...gradient)
    const difference = Math.hypot(...gradient.map((value, i) => value - a.gradients[name]![i]!))
    expect(norm, name).toBeGreaterThan(0)
    expect(difference / norm, name).toBeLessThan(1e-4)
  }
}

describe('whole models against tfjs', () => {
  it('an MLP', async () => {
    const parameters = {
      w1: noise([5, 7], 1),
      b1: noise([7], 2),
      w2: noise([7, classes], 3),
      b2: noise([classes], 4),
    }
    const x = noise([batch, 5], 5)
    const g = graphBuilder('mlp')
    const p = Object.fromEntries(
      Object.entries(parameters).map(([name, { shape, data }]) => [
        name,
        g.parameter(name, 'float32', shape, data),
      ]),
    )
    const hidden = g.op('Tanh', [
      g.op('Add', [g.op('MatMul', [g.input('x', 'float32', x.shape), p['w1']!]), p['b1']!]),
    ])
    g.output('y', g.op('Gemm', [hidden, p['w2']!, p['b2']!]), 'float32', [batch, classes])
    const oracle = theirs(parameters, ({ w1, b1, w2, b2 }) =>
      tf.add(tf.matMul(tf.tanh(tf.add(tf.matMul(tensorOf(x), w1!), b1!)), w2!), b2!),
    )
    expectSame(await ours(g.build(), x, targets, parameters), oracle)
  })

  it('a CNN with a residual block, depthwise convolution and both kinds of pooling', async () => {
    const shapes = {
      stem: [6, 2, 3, 3],
      bias: [6],
      depth: [6, 1, 3, 3],
      point: [6, 6, 1, 1],
      head: [6, classes],
    }
    const parameters = Object.fromEntries(
      Object.entries(shapes).map(([name, shape], i) => [name, noise(shape, i + 1)]),
    )
    const x = noise([batch, 2, 9, 9], 9)
    const g = graphBuilder('cnn')
    const p = Object.fromEntries(
      Object.entries(parameters).map(([name, { shape, data }]) => [
        name,
        g.parameter(name, 'float32', shape, data),
      ]),
    )
    const stem = g.op('Relu', [
      g.op('Conv', [g.input('x', 'float32', x.shape), p['stem']!, p['bias']!], { pads: [1, 1, 1, 1] }),
    ])
    const pooled = g.op('MaxPool', [stem], { kernel_shape: [2, 2], strides: [2, 2] })
    const depth = g.op('Conv', [pooled, p['depth']!], { group: 6, pads: [1, 1, 1, 1] })
    const block = g.op('Relu', [g.op('Add', [pooled, g.op('Conv', [depth, p['point']!])])])
    const flat = g.op('Flatten', [g.op('GlobalAveragePool', [block])])
    g.output('y', g.op('MatMul', [flat, p['head']!]), 'float32', [batch, classes])

    const nhwc = (t: tf.Tensor) => tf.transpose(t as tf.Tensor4D, [0, 2, 3, 1])
    const kernel = (t: tf.Tensor) => tf.transpose(t as tf.Tensor4D, [2, 3, 1, 0])
    const oracle = theirs(parameters, (q) => {
      const first = tf.relu<tf.Tensor4D>(
        tf.add(tf.conv2d(nhwc(tensorOf(x)), kernel(q['stem']!), 1, 'same'), q['bias']!),
      )
      const small = tf.maxPool(first, 2, 2, 'valid')
      const separate = tf.depthwiseConv2d(
        small,
        tf.transpose(q['depth'] as tf.Tensor4D, [2, 3, 0, 1]),
        1,
        'same',
      )
      const sum = tf.relu(tf.add(small, tf.conv2d(separate, kernel(q['point']!), 1, 'same')))
      return tf.matMul(tf.mean<tf.Tensor2D>(sum, [1, 2]), q['head'] as tf.Tensor2D)
    })
    expectSame(await ours(g.build(), x, targets, parameters), oracle)
  })

  it('a transformer encoder of two layers, with embeddings', async () => {
    const [tokens, width, heads, words] = [5, 8, 2, 11]
    const layers = ['first', 'second']
    const shapes: Record<string, number[]> = {
      table: [words, width],
      position: [tokens, width],
      head: [width, classes],
    }
    for (const layer of layers) {
      Object.assign(shapes, {
        [`${layer}.scale`]: [width],
        [`${layer}.shift`]: [width],
        [`${layer}.attend`]: [width, 3 * width],
        [`${layer}.project`]: [width, width],
        [`${layer}.scale2`]: [width],
        [`${layer}.widen`]: [width, 4 * width],
        [`${layer}.narrow`]: [4 * width, width],
      })
    }
    const parameters = Object.fromEntries(
      Object.entries(shapes).map(([name, shape], i) => [name, noise(shape, i + 1)]),
    )
    const x = {
      shape: [batch, tokens],
      data: Int32Array.from({ length: batch * tokens }, (_, i) => (i * 7) % words),
    }
    const epsilon = 1e-3
    const scale = 1 / Math.sqrt(width / heads)

    const g = graphBuilder('encoder')
    const p = Object.fromEntries(
      Object.entries(parameters).map(([name, { shape, data }]) => [
        name,
        g.parameter(name, 'float32', shape, data),
      ]),
    )
    let state = g.op('Add', [g.op('Gather', [p['table']!, g.input('x', 'int32', x.shape)]), p['position']!])
    for (const layer of layers) {
      const of = (name: string) => p[`${layer}.${name}`]!
      const even = g.op('LayerNormalization', [state, of('scale'), of('shift')], { epsilon })
      const parts = g.ops('Split', [g.op('MatMul', [even, of('attend')]), g.ints([8, 8, 8])], 3, { axis: -1 })
      const [query, key, value] = parts.map((part, index) =>
        g.op('Transpose', [g.op('Reshape', [part, g.ints([0, 0, heads, -1])])], {
          perm: index === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3],
        }),
      )
      const scores = g.op('Mul', [g.op('MatMul', [query, key]), g.scalar(scale)])
      const mixed = g.op('MatMul', [g.op('Softmax', [scores]), value])
      const joined = g.op('Reshape', [g.op('Transpose', [mixed], { perm: [0, 2, 1, 3] }), g.ints([0, 0, -1])])
      state = g.op('Add', [state, g.op('MatMul', [joined, of('project')])])
      const wide = g.op('MatMul', [
        g.op('LayerNormalization', [state, of('scale2')], { epsilon }),
        of('widen'),
      ])
      // Gelu as exporters write it below operator set 20.
      const erf = g.op('Erf', [g.op('Div', [wide, g.scalar(Math.SQRT2)])])
      const gelu = g.op('Mul', [g.op('Mul', [wide, g.op('Add', [erf, g.scalar(1)])]), g.scalar(0.5)])
      state = g.op('Add', [state, g.op('MatMul', [gelu, of('narrow')])])
    }
    const average = g.op('ReduceMean', [state], { axes: [1], keepdims: 0 })
    g.output('y', g.op('MatMul', [average, p['head']!]), 'float32', [batch, classes])

    const oracle = theirs(parameters, (q) => {
      const dot = (a: tf.Tensor, b: tf.Tensor): tf.Tensor3D =>
        tf.reshape(tf.matMul(tf.reshape(a, [-1, a.shape.at(-1)!]), b as tf.Tensor2D), [batch, tokens, -1])
      const norm = (value: tf.Tensor): tf.Tensor => {
        const { mean, variance } = tf.moments(value, -1, true)
        return tf.div(tf.sub(value, mean), tf.sqrt(tf.add(variance, epsilon)))
      }
      const indices = tf.tensor(x.data, x.shape, 'int32')
      let state: tf.Tensor = tf.add(tf.gather(q['table']!, indices), q['position']!)
      for (const layer of layers) {
        const of = (name: string): tf.Tensor => q[`${layer}.${name}`]!
        const even = tf.add(tf.mul(norm(state), of('scale')), of('shift'))
        const [query, key, value] = tf
          .split(dot(even, of('attend')), 3, -1)
          .map((part) => tf.transpose(tf.reshape(part, [batch, tokens, heads, -1]), [0, 2, 1, 3]))
        const scores = tf.mul(tf.matMul(query!, key!, false, true), scale)
        const mixed = tf.transpose(tf.matMul(tf.softmax(scores), value!), [0, 2, 1, 3])
        state = tf.add(state, dot(tf.reshape(mixed, [batch, tokens, -1]), of('project')))
        const wide = dot(tf.mul(norm(state), of('scale2')), of('widen'))
        const gelu = tf.mul(tf.mul(wide, tf.add(tf.erf(tf.div(wide, Math.SQRT2)), 1)), 0.5)
        state = tf.add(state, dot(gelu, of('narrow')))
      }
      return tf.matMul(tf.mean<tf.Tensor2D>(state, 1), q['head'] as tf.Tensor2D)
    })
    expectSame(await ours(g.build(), x, targets, parameters), oracle)
  })
})
