import type { ForwardOptions } from '../forward-graph.ts'
import type { LossName, LossSettings } from '../losses/loss-of.ts'
import type { OptimiserSettings } from '../optimisers/optimiser-of.ts'

/** What is trained, on which loss, and how. */
export interface TrainingOptions extends ForwardOptions {
  /** Learned tensors by name, `*` for any run of characters. All that can be trained when absent. */
  readonly trainable?: readonly string[]
  readonly loss: LossName | LossSettings
  readonly optimiser: OptimiserSettings
  /**
   * Share of itself, times the learning rate, that a step takes from each trained tensor of rank 2 or more, apart
   * from the gradient (Loshchilov and Hutter 2019). Biases and scales are left alone. 0 when absent.
   */
  readonly weightDecay?: number
  /**
   * Whether BatchNormalization takes mean and variance of the batch and moves the stored averages, as when training
   * from scratch. Else it takes the stored averages, which stay as they are.
   */
  readonly batchStatistics?: boolean
  /**
   * Largest norm of all gradients together; larger ones are made smaller by one factor. The norm before that is then
   * the metric `gradient_norm`. No limit when absent.
   */
  readonly clipNorm?: number
}
