import type { OnDevice } from '../artifact.ts'

/** How a device trains wine on its user's taste. Explanations compare with the mean of each feature, as is usual. */
export const wineOnDevice: OnDevice = {
  training: {
    loss: { kind: 'mse' },
    optimiser: { kind: 'momentum', decay: 0.9 },
    trainable: 'all',
    /** A wine far from all others must not throw the model off its course. */
    clipNorm: 1,
    batch: 16,
    epochs: 5,
    learningRate: 0.005,
  },
  explanation: { points: 16 },
  probes: {},
}
