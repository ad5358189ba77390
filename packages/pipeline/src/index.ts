export { checkInputs } from './check-inputs.ts'
export { compilePipeline } from './compile-pipeline.ts'
export type { CompiledPipeline } from './compile-with.ts'
export type { Box } from './image/frame.ts'
export { shownArea } from './image/image-steps.ts'
export { loadPipeline } from './load-pipeline.ts'
export { numbersOf } from './output/numbers-of.ts'
export type {
  ClassificationReading,
  Reading,
  RegressionReading,
  SampleReading,
  ScoredLabel,
} from './output/reading.ts'
export {
  isTensor,
  type KeptEvent,
  type PipelineContext,
  type PipelineInput,
  type RgbaImage,
  type Row,
} from './pipeline-input.ts'
export { featureColumns, type FeatureColumns } from './table/feature-columns.ts'
export { type EventWindow, windowsOf } from './windows-of.ts'
