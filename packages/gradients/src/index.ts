export type { AdamOptions } from './optimisers/adam.ts'
export type { HuberOptions } from './losses/huber.ts'
export type { LossName, LossSettings } from './losses/loss-of.ts'
export type { SoftmaxCrossEntropyOptions } from './losses/softmax-cross-entropy.ts'
export type { OptimiserSettings } from './optimisers/optimiser-of.ts'
export { type GradientGraph, gradientGraph, type GradientOptions } from './gradient-graph.ts'
export { differentiableOperators } from './registry.ts'
export {
  type ParameterSlot,
  type Slot,
  type TrainingGraph,
  trainingGraph,
  type TrainingOptions,
} from './training-graph.ts'
