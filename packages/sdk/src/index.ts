export type { Asked, Homing, Model, PredictOptions, Prediction, Scored } from './client/api.ts'
export type { ClientOptions, ModelOptions, SignUrlsHook } from './client/options-api.ts'
export type {
  ChoiceStatus,
  GuardCounts,
  ModelState,
  ModelStatus,
  ProbeStatus,
  Progress,
  Rollback,
} from './client/status-api.ts'
export type {
  Feedback,
  Telemetry,
  TelemetryLevel,
  TelemetryOptions,
  TelemetryStatus,
} from './client/telemetry-api.ts'
export type { UpdatePolicy } from './client/update-policy.ts'
export type { TrainingExamples, TrainOptions } from './client/training-api.ts'
export type {
  TargetValues,
  TrainingEvent,
  TrainingPlace,
  TrainingResult,
  TrainingSettings,
  TrainingStep,
} from './learning/training-api.ts'
export type { BlackBoxOptions } from './client/report/black-box-options.ts'
export { createClient } from './client/create-client.ts'
export type { RemoteAnswer, RemoteCall, RemoteHook } from './client/remote-hook.ts'
export type { GuardReport } from './runtime/guards/guard-report.ts'
export type { PatchReport } from './delivery/patches/patch-report.ts'
export type { ExplainOptions } from './client/explanation-api.ts'
export type { QueueOptions, TurnOptions } from './client/call-options.ts'
export type { InputsToScore, ScoringOptions, ScoringProgress } from './client/predict-all.ts'
export type { PageInput } from './client/page-input.ts'
export type { ImageSource, InputValue, TableRow } from './inputs/input-value.ts'
export type { Backend, BackendFallback } from './libraries/backend.ts'
export type {
  AttributionMap,
  Explanation,
  GradientExplanation,
  ShapleyExplanation,
} from './runtime/explanation-api.ts'
export type { BatchLimits, Priority, Reading, Score } from './runtime/runtime-api.ts'
export { type ErrorCode, HomingError, type Report, type Tensor } from '@homing/protocol'
