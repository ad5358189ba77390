import { graphBuilder, type GraphBuilder, type ModelProto, type Value } from '@homing/onnx'

import { type Weights, weightsOf } from './weights.ts'

/** Sizes of the encoder. */
export const encoderSizes = { words: 11, tokens: 5, width: 8, heads: 2, classes: 4 } as const
/** Names of its layers. */
export const encoderLayers = ['layer0', 'layer1'] as const
/** What its LayerNormalizations add to the variance. */
export const encoderEpsilon = 1e-3

/**
 * Transformer encoder of two layers, normalised before each part (Xiong et al. 2020): x int32 [batch, 5] of 11 words
 * -> embeddings with positions -> attention of two heads and a feed-forward part, twice -> mean over the words ->
 * logits [batch, 4].
 */
export function encoder(): ModelProto {
  const { words, tokens, width, classes } = encoderSizes
  const g = graphBuilder('encoder')
  const weights = weightsOf(g, 5)
  const x = g.input('x', 'int32', ['batch', tokens])
  const table = weights.kernel('embedding.weight', [words, width], 6)
  const position = weights.kernel('position.weight', [tokens, width], 6)
  let state = g.op('Add', [g.op('Gather', [table, x]), position])
  for (const layer of encoderLayers) {
    state = g.op('Add', [state, attention(g, weights, layer, norm(g, weights, `${layer}.norm1`, state))])
    state = g.op('Add', [state, feedForward(g, weights, layer, norm(g, weights, `${layer}.norm2`, state))])
  }
  const mean = g.op('ReduceMean', [state], { axes: [1], keepdims: 0 })
  const head = [weights.kernel('head.weight', [width, classes], width), weights.vector('head.bias', classes)]
  g.output('logits', g.op('Gemm', [mean, ...head]), 'float32', ['batch', classes])
  return g.build()
}

function norm(g: GraphBuilder, weights: Weights, name: string, x: Value): Value {
  const scale = weights.vector(`${name}.weight`, encoderSizes.width, 1)
  const shift = weights.vector(`${name}.bias`, encoderSizes.width)
  return g.op('LayerNormalization', [x, scale, shift], { axis: -1, epsilon: encoderEpsilon })
}

function attention(g: GraphBuilder, weights: Weights, layer: string, x: Value): Value {
  const { tokens, width, heads } = encoderSizes
  const project = weights.kernel(`${layer}.qkv.weight`, [width, 3 * width], width)
  const shift = weights.vector(`${layer}.qkv.bias`, 3 * width)
  const all = g.op('Add', [g.op('MatMul', [x, project]), shift])
  const parts = g.ops('Split', [all, g.ints([width, width, width])], 3, { axis: -1 })
  const [query, key, value] = parts.map((part, index) =>
    g.op('Transpose', [g.op('Reshape', [part, g.ints([0, tokens, heads, width / heads])])], {
      perm: index === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3],
    }),
  )
  const scores = g.op('Div', [g.op('MatMul', [query, key]), g.scalar(Math.sqrt(width / heads))])
  const mixed = g.op('MatMul', [g.op('Softmax', [scores], { axis: -1 }), value])
  const joined = g.op('Transpose', [mixed], { perm: [0, 2, 1, 3] })
  const out = weights.kernel(`${layer}.out.weight`, [width, width], 2 * width)
  return g.op('MatMul', [g.op('Reshape', [joined, g.ints([0, tokens, width])]), out])
}

function feedForward(g: GraphBuilder, weights: Weights, layer: string, x: Value): Value {
  const { width } = encoderSizes
  const wide = g.op('MatMul', [x, weights.kernel(`${layer}.up.weight`, [width, 4 * width], width)])
  // Gelu as exporters write it below operator set 20.
  const erf = g.op('Erf', [g.op('Div', [wide, g.scalar(Math.SQRT2)])])
  const gelu = g.op('Mul', [g.op('Mul', [wide, g.op('Add', [erf, g.scalar(1)])]), g.scalar(0.5)])
  return g.op('MatMul', [gelu, weights.kernel(`${layer}.down.weight`, [4 * width, width], 8 * width)])
}
