import { graphBuilder, type ModelProto } from '@homing/onnx'

import { wineFeatures } from '../data/wine-features.ts'
import { dense } from '../dense.ts'
import { seededRandom } from '../random.ts'

/** Names of the model's tensors at its boundary. */
export const wineInput = 'features'
export const wineOutput = 'quality'

/** Units of the hidden layers. */
export const wineHidden = [32, 16] as const

/**
 * The network of `wine`: standardised features [batch, 11] to quality in points [batch, 1], through two hidden layers
 * with ReLU. It starts at `meanQuality`, so that training does not begin with finding it.
 */
export function wineModel(seed: number, meanQuality: number): ModelProto {
  const random = seededRandom(seed)
  const g = graphBuilder('wine', { opset: 17 })
  const features = g.input(wineInput, 'float32', ['batch', wineFeatures.length])
  const [first, second] = wineHidden
  const hidden1 = g.op('Relu', [dense(g, random, 'dense1', features, [wineFeatures.length, first])])
  const hidden2 = g.op('Relu', [dense(g, random, 'dense2', hidden1, [first, second])])
  g.output(wineOutput, dense(g, random, 'dense3', hidden2, [second, 1], meanQuality), 'float32', ['batch', 1])
  return g.build()
}
