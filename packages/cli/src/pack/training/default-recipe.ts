import type { LossSettings, OptimiserSettings, Pipeline } from '@homing/protocol'

/** Examples in a step where neither the publisher nor the model says. */
export const defaultBatch = 32

/** Times that training goes over all examples. */
export const defaultEpochs = 3

/** Momentum: one more tensor for each trained one, where Adam keeps two, and steady on a device's few examples. */
export const defaultOptimiser: OptimiserSettings = { kind: 'momentum', decay: 0.9 }

/** Learning rates at which each optimiser goes on from a trained model without spoiling it. */
const learningRates: Readonly<Record<OptimiserSettings['kind'], number>> = {
  sgd: 0.05,
  momentum: 0.01,
  adam: 0.001,
}

/** The learning rate of an optimiser. */
export const defaultLearningRate = ({ kind }: OptimiserSettings): number => learningRates[kind]

/**
 * The loss of an output: what its reading says, else what the model ends in. Classification of one label by softmax
 * cross-entropy, of several by binary cross-entropy, numbers by mean squared error.
 */
export function defaultLoss(
  output: string,
  pipeline: Pipeline | undefined,
  end: 'softmax' | 'sigmoid' | undefined,
): LossSettings {
  const reading = pipeline?.outputs.find(({ tensor }) => tensor === output)
  if (reading?.kind === 'regression') return { kind: 'mse' }
  const activation = reading && reading.activation !== 'none' ? reading.activation : end
  if (activation === 'sigmoid') return { kind: 'binary-cross-entropy' }
  return { kind: activation === 'softmax' || reading ? 'softmax-cross-entropy' : 'mse' }
}
