import type { OnDevice } from '../artifact.ts'

/**
 * How a device trains digits on its user's hand, gently enough that 64 examples do not unteach the hands of others; and
 * what a reading is compared with when it is explained.
 */
export const digitsOnDevice: OnDevice = {
  training: {
    loss: { kind: 'softmax-cross-entropy' },
    optimiser: { kind: 'momentum', decay: 0.9 },
    trainable: 'all',
    batch: 16,
    epochs: 5,
    learningRate: 0.005,
  },
  explanation: {
    points: 16,
    /** An empty page. */
    baselines: { image: 1 },
  },
  probes: {},
  variants: { precisions: ['fp16', 'int8', 'int8-dynamic'] },
}
