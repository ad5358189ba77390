import type { LayersModel } from '@tensorflow/tfjs-layers'

import type { TrainableWeight } from './training/tfjs-training.ts'

/** The weights of a layers model that training may change, by the names under which they are stored. */
export function trainableWeights({ layers }: LayersModel): TrainableWeight[] {
  return layers.flatMap(({ trainableWeights }, layer) =>
    // tfjs numbers names that occur twice in a process; `originalName` is the stored one.
    trainableWeights.map(({ originalName, shape }) => ({ name: originalName, rank: shape.length, layer })),
  )
}
