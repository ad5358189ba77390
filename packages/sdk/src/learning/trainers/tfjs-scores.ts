import type { Manifest, TrainingRecipe } from '@homing/protocol'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers'

import type { TfjsCore } from '../../libraries/tfjs-library.ts'

/** Least probability whose logarithm is taken. */
const leastProbability = 1e-7

/** What probabilities a loss makes of scores by itself; other losses read an output as it is. */
const madeBy: Readonly<Record<string, 'softmax' | 'sigmoid'>> = {
  'softmax-cross-entropy': 'softmax',
  'binary-cross-entropy': 'sigmoid',
}

/**
 * Gives what the loss reads of an output, as `homing pack --train` has it for ONNX packages: cross-entropies are of
 * scores, so the Softmax or Sigmoid that `end` finishes with is taken out of the model. Probabilities that are made in
 * another way (a reading without activation) have their logarithms for scores, since softmax(log p) = p.
 */
export function tfjsScores(
  core: TfjsCore,
  end: SymbolicTensor,
  { output, loss }: TrainingRecipe,
  { pipeline, signature }: Pick<Manifest, 'pipeline' | 'signature'>,
): (output: Tensor) => Tensor {
  const asIs = (scores: Tensor): Tensor => scores
  const activation = madeBy[loss.kind]
  if (!activation || withoutActivation(lastLayer(end), activation)) return asIs
  const tensor = output ?? signature.outputs[0]!.name
  const reading = pipeline?.outputs.find((read) => read.tensor === tensor)
  if (reading?.kind !== 'classification' || reading.activation !== 'none') return asIs
  const log = (share: Tensor): Tensor => core.log(core.maximum(share, leastProbability))
  return activation === 'softmax' ? log : (share) => core.sub(log(share), log(core.sub(1, share)))
}

type Layer = layers.Layer

/** The layer that makes a tensor; of a model within the model its own last one. */
function lastLayer({ sourceLayer, outputTensorIndex }: SymbolicTensor): Layer {
  const { outputs } = sourceLayer as Partial<LayersModel>
  return outputs ? lastLayer(outputs[outputTensorIndex ?? 0]!) : sourceLayer
}

/** Layers keep an object of their activation; the layer Softmax keeps a function. */
interface Ending {
  activation?: { apply: (scores: Tensor) => Tensor; getClassName: () => string } | null
  softmax?: (scores: Tensor) => Tensor
}

/** Takes the activation out of a layer where it is this one. Tells whether it was. */
function withoutActivation(layer: Layer, activation: 'softmax' | 'sigmoid'): boolean {
  const ending = layer as Ending
  if (ending.softmax && activation === 'softmax') {
    ending.softmax = (scores) => scores
    return true
  }
  if (!Object.hasOwn(layer, 'activation') || ending.activation?.getClassName() !== activation) return false
  ending.activation = { apply: (scores) => scores, getClassName: () => 'linear' }
  return true
}
