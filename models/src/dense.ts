import type { GraphBuilder, Value } from '@homing/onnx'

import { heWeights } from './he-weights.ts'
import type { Random } from './random.ts'

/** A fully connected layer, [batch, inputs] to [batch, outputs]: He weights under `name`, and one value for every bias. */
export function dense(
  g: GraphBuilder,
  random: Random,
  name: string,
  x: Value,
  [inputs, outputs]: readonly [number, number],
  bias = 0,
): Value {
  const weights = heWeights(random, outputs * inputs, inputs)
  const weight = g.parameter(`${name}.weight`, 'float32', [outputs, inputs], weights)
  const biases = g.parameter(`${name}.bias`, 'float32', [outputs], new Float32Array(outputs).fill(bias))
  return g.op('Gemm', [x, weight, biases], { transB: 1 })
}
