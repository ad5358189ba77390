export type { LabelledBatch } from './baseline/batch-calls.ts'
export type { Target } from './baseline/evaluation.ts'
export { type BaselineData, measureBaseline, type MeasuredBaseline } from './baseline/measure-baseline.ts'
export { requireSameEdges } from './baseline/require-same-edges.ts'
export { loadPackage, type NodeContext, type NodePackage, openPackage } from './load-package.ts'
export { type PackageFiles, readPackage } from './read-package.ts'
export { type NodeExamples, openTrainer, trainPackage } from './train-package.ts'
export { type Collector, createCollector, type MeasuredCall } from '../measure/collector.ts'
export type { Batch, StepReport, StepSettings, Trainer } from '../learning/trainer.ts'
export type {
  TrainingEvent,
  TrainingResult,
  TrainingSettings,
  TrainingStep,
} from '../learning/training-api.ts'
export { seededRandom } from '../random/seeded-random.ts'
export { compareOutputs, type OutputComparison } from '../runtime/probe/compare-outputs.ts'
export { createRecorder } from '../telemetry/record/create-recorder.ts'
export { memoryPending } from '../telemetry/record/memory-pending.ts'
export type { CallFacts, Recorder } from '../telemetry/recorder.ts'
