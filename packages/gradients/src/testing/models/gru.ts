import { graphBuilder, type ModelProto, type Value } from '@homing/onnx'

import { weightsOf } from './weights.ts'

/** Sizes of the unrolled GRU. */
export const gruSizes = { steps: 4, features: 3, width: 5, classes: 4 } as const

/**
 * Gated recurrent units (Cho et al. 2014), unrolled: x [batch, 4, 3] -> hidden states of 5 numbers, from zeros ->
 * logits [batch, 4] of the last. Every step reads the same three matrices; gates in the order reset, update, new.
 */
export function gru(): ModelProto {
  const { steps, features, width, classes } = gruSizes
  const g = graphBuilder('gru')
  const weights = weightsOf(g, 6)
  const x = g.input('x', 'float32', ['batch', steps, features])
  const ofInput = weights.kernel('input.weight', [features, 3 * width], features)
  const ofState = weights.kernel('state.weight', [width, 3 * width], 2 * width)
  const [inputBias, stateBias] = [
    weights.vector('input.bias', 3 * width),
    weights.vector('state.bias', 3 * width),
  ]
  const gates = (value: Value): Value[] =>
    g.ops('Split', [value, g.ints([width, width, width])], 3, { axis: 1 })

  const parts = g.ops('Split', [x, g.ints(new Array<number>(steps).fill(1))], steps, { axis: 1 })
  const first = g.op('Squeeze', [parts[0], g.ints([1])])
  const batch = g.op('Slice', [g.op('Shape', [first]), g.ints([0]), g.ints([1])])
  let state = g.op('Expand', [g.scalar(0), g.op('Concat', [batch, g.ints([width])], { axis: 0 })])
  for (const part of parts) {
    const now = g.op('Squeeze', [part, g.ints([1])])
    const [r, z, n] = gates(g.op('Gemm', [now, ofInput, inputBias]))
    const [rState, zState, nState] = gates(g.op('Gemm', [state, ofState, stateBias]))
    const reset = g.op('Sigmoid', [g.op('Add', [r, rState])])
    const update = g.op('Sigmoid', [g.op('Add', [z, zState])])
    const fresh = g.op('Tanh', [g.op('Add', [n, g.op('Mul', [reset, nState])])])
    const kept = g.op('Mul', [update, state])
    state = g.op('Add', [g.op('Mul', [g.op('Sub', [g.scalar(1), update]), fresh]), kept])
  }
  const head = [weights.kernel('head.weight', [width, classes], width), weights.vector('head.bias', classes)]
  g.output('logits', g.op('Gemm', [state, ...head]), 'float32', ['batch', classes])
  return g.build()
}
