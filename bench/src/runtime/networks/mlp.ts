import { graphBuilder, type ModelProto } from '@homing/onnx'

import { noise } from '../../training/noise.ts'

const widths = [784, 256, 128, 10] as const

/** A dense layer: weights [from, to], and one bias each. */
export interface DenseLayer {
  readonly from: number
  readonly to: number
  readonly weights: Float32Array<ArrayBuffer>
  readonly bias: Float32Array<ArrayBuffer>
}

/** The layers of 784-256-128-10 with ReLU between them: 235,146 parameters, the same everywhere. */
export function mlpLayers(): DenseLayer[] {
  return widths.slice(1).map((to, index) => {
    const from = widths[index]!
    const scale = Math.sqrt(6 / from)
    return {
      from,
      to,
      weights: noise([from, to], 2 * index + 1).map((value) => value * scale),
      bias: noise([to], 2 * index + 2).map((value) => value / 10),
    }
  })
}

/** The perceptron as ONNX: x [batch, 784] -> logits [batch, 10]. */
export function mlpModel(): ModelProto {
  const g = graphBuilder('mlp', { opset: 17 })
  const layers = mlpLayers()
  let x = g.input('x', 'float32', ['batch', widths[0]])
  layers.forEach(({ from, to, weights, bias }, index) => {
    const w = g.parameter(`w${index}`, 'float32', [from, to], weights)
    const b = g.parameter(`b${index}`, 'float32', [to], bias)
    x = g.op('Gemm', [x, w, b])
    if (index < layers.length - 1) x = g.op('Relu', [x])
  })
  g.output('logits', x, 'float32', ['batch', 10])
  return g.build()
}
