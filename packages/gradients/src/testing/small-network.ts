import { graphBuilder, type ModelProto } from '@homing/onnx'

import { numbers } from './numbers.ts'
import type { Numbers } from './run-model.ts'

/** Shapes of the parameters of `smallNetwork`. */
export const smallNetworkShapes = { w1: [3, 4], b1: [4], w2: [4, 2], b2: [2] } as const

/** x [batch, 3] -> Gemm -> Tanh -> Gemm -> y [batch, 2]. */
export function smallNetwork(): ModelProto {
  const g = graphBuilder('small')
  const [w1, b1, w2, b2] = Object.entries(smallNetworkShapes).map(([name, shape], seed) =>
    g.parameter(name, 'float32', shape, numbers(shape, seed).data),
  )
  const hidden = g.op('Tanh', [g.op('Gemm', [g.input('x', 'float32', ['batch', 3]), w1, b1])])
  g.output('y', g.op('Gemm', [hidden, w2, b2]), 'float32', ['batch', 2])
  return g.build()
}

/** One batch for `smallNetwork`. */
export function smallBatch(batch: number, seed: number): { x: Numbers; targets: Numbers } {
  return { x: numbers([batch, 3], seed + 10), targets: numbers([batch, 2], seed + 20) }
}
