export type { AdamOptions } from './optimisers/adam.ts'
export type { LossName } from './losses/loss-of.ts'
export type { OptimiserSettings } from './optimisers/optimiser-of.ts'
export { differentiableOperators } from './registry.ts'
export {
  type ParameterSlot,
  type Slot,
  type TrainingGraph,
  trainingGraph,
  type TrainingOptions,
} from './training-graph.ts'
