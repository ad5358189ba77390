import { graphBuilder, type GraphBuilder, type ModelProto, type Value } from '@homing/onnx'

import { dense } from '../dense.ts'
import { heWeights } from '../he-weights.ts'
import { type Random, seededRandom } from '../random.ts'

/** Names of the model's tensors at its boundary. */
export const digitsInput = 'image'
export const digitsOutput = 'logits'

/** Sizes of the network: two 5 x 5 convolutions, each followed by 2 x 2 pooling, and two dense layers. */
export const digitsSizes = {
  side: 28,
  kernel: 5,
  filters: [16, 32],
  pooled: 4,
  hidden: 128,
  classes: 10,
} as const

/**
 * The network of `digits`, after LeNet-5 (LeCun et al. 1998) with ReLU: image [batch, 1, 28, 28] to logits
 * [batch, 10]; 80,202 parameters. Weights are drawn by He et al. 2015, biases are zero.
 */
export function digitsModel(seed: number): ModelProto {
  const random = seededRandom(seed)
  const { side, kernel, filters, pooled, hidden, classes } = digitsSizes
  const g = graphBuilder('digits', { opset: 17 })
  const image = g.input(digitsInput, 'float32', ['batch', 1, side, side])
  const first = convBlock(g, random, 'conv1', image, [filters[0], 1, kernel, kernel])
  const second = convBlock(g, random, 'conv2', first, [filters[1], filters[0], kernel, kernel])
  const flat = g.op('Flatten', [second], { axis: 1 })
  const features = g.op('Relu', [dense(g, random, 'dense1', flat, [filters[1] * pooled * pooled, hidden])])
  const logits = dense(g, random, 'dense2', features, [hidden, classes])
  g.output(digitsOutput, logits, 'float32', ['batch', classes])
  return g.build()
}

function convBlock(
  g: GraphBuilder,
  random: Random,
  name: string,
  x: Value,
  shape: readonly [number, number, number, number],
): Value {
  const [filters, channels, height, width] = shape
  const weight = g.parameter(
    `${name}.weight`,
    'float32',
    shape,
    heWeights(random, filters * channels * height * width, channels * height * width),
  )
  const bias = g.parameter(`${name}.bias`, 'float32', [filters], new Float32Array(filters))
  const y = g.op('Relu', [g.op('Conv', [x, weight, bias], { kernel_shape: [height, width] })])
  return g.op('MaxPool', [y], { kernel_shape: [2, 2], strides: [2, 2] })
}
