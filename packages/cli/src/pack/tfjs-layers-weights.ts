import type { LayersModel } from '@tensorflow/tfjs-layers'

import type { LayersWeight } from './training/tfjs-training.ts'

/** The weights of a layers model by the names under which they are stored, and what training makes of each. */
export function layersWeights({ layers }: LayersModel): LayersWeight[] {
  return layers.flatMap((layer, place) => {
    const learned = layer.trainable ? 'learned' : 'frozen'
    layer.trainable = true // or its weights count with those that gradients never change
    // tfjs numbers names that occur twice in a process; `originalName` is the stored one.
    const of = (weights: typeof layer.weights, role: LayersWeight['role']): LayersWeight[] =>
      weights.map(({ originalName, shape }) => ({
        name: originalName,
        rank: shape.length,
        layer: place,
        role,
      }))
    return [...of(layer.trainableWeights, learned), ...of(layer.nonTrainableWeights, 'average')]
  })
}
