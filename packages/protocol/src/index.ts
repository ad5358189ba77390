export { type AccessClaims, AccessClaimsSchema, readAccessClaims } from './access-token.ts'
export {
  ErrorBodySchema,
  type MetadataState,
  MetadataStateSchema,
  MissingBlobsRequestSchema,
  MissingBlobsResponseSchema,
  type ModelAccess,
  ModelAccessSchema,
  ModelListSchema,
  type ModelSummary,
  ModelSummarySchema,
  RolloutRequestSchema,
  type SignedUrls,
  SignedUrlsSchema,
} from './api.ts'
export {
  type AppKey,
  appKeyHeader,
  AppKeyListSchema,
  AppKeySchema,
  AppNameSchema,
  AppRequestSchema,
  type CreatedAppKey,
  CreatedAppKeySchema,
  OriginSchema,
} from './apps.ts'
export { canonicalBytes } from './canonical.ts'
export {
  maxDocumentBytes,
  maxGraphBytes,
  maxNameLength,
  maxProbeCases,
  maxReportedCalls,
  maxRank,
  maxShardBytes,
  maxSignedUrls,
  protocolVersion,
} from './config.ts'
export { type Engine, engines, isEngineName, isOwnEngine, type OwnEngine } from './engine-name.ts'
export { type ErrorCodeEntry, errorCodes } from './error-codes.ts'
export { federatedProblem, type MixedShard, mixedShards } from './federated.ts'
export { type Explanation, ExplanationSchema } from './explanation.ts'
export { type Fallback, type Guards, GuardsSchema, type InputGuard, type OutputGuard } from './guards.ts'
export { type ErrorDetails, HomingError, type HomingErrorData } from './homing-error.ts'
export {
  type Card,
  CardSchema,
  type Manifest,
  ManifestSchema,
  parseManifest,
  type Requirements,
  RequirementsSchema,
} from './manifest.ts'
export { allFiles, servingFiles } from './manifest-files.ts'
export { isModelName } from './model-name.ts'
export { AuthorNameSchema, type FileRef, FileRefSchema, ModelNameSchema, Sha256Schema } from './names.ts'
export { namedModels } from './named-models.ts'
export { type Next, NextSchema } from './next.ts'
export { type Parameters, ParametersSchema, type ParameterTensor } from './parameters.ts'
export { parseJsonBytes, parseWith } from './parse.ts'
export { type ListedPatch, parsePatches, type PatchedShard, type Patches, PatchesSchema } from './patches.ts'
export { paths } from './paths.ts'
export {
  type Check,
  type Feature,
  type ImageInput,
  type ImageStep,
  type OutputReading,
  type Pipeline,
  PipelineSchema,
  type TableInput,
} from './pipeline.ts'
export {
  type Report,
  type ReportedCall,
  type ReportedInput,
  type ReportedTensor,
  ReportSchema,
} from './report.ts'
export { type Lookup, lookupKeyBytes, lookupRecordBytes, LookupSchema } from './lookup.ts'
export { type Probes, ProbesSchema, type TensorPlace, type Tolerance } from './probes.ts'
export type { ErrorCode } from './retryability.ts'
export { candidates, type ListedVersion, parseRollout, type Rollout, RolloutSchema } from './rollout.ts'
export { sha256Hex } from './sha256.ts'
export {
  maxClasses,
  maxMagnitude,
  maxQuantileBins,
  maxQuantileIndex,
  maxQuantileLevel,
  maxScoreBins,
} from './telemetry/sketch-limits.ts'
export {
  CalibrationSchema,
  type CalibrationWire,
  CategoriesSchema,
  type CategoriesWire,
  ConfusionSchema,
  type ConfusionWire,
  HistogramSchema,
  LongestRunSchema,
  type LongestRunWire,
  MomentsSchema,
  type MomentsWire,
  ProjectionSchema,
  type ProjectionWire,
  QuantileSketchSchema,
  type QuantileSketchWire,
  RegressionSchema,
  type RegressionWire,
  ScoresSchema,
  type ScoresWire,
} from './telemetry/sketches.ts'
export { type Baseline, BaselineSchema, parseBaseline } from './telemetry/baseline.ts'
export { tensorKey } from './tensor-key.ts'
export {
  batchIdBytes,
  maxBaselineBytes,
  maxBatchBytes,
  maxCount,
  maxEntries as maxGroupEntries,
  maxEvents,
  maxFeatures as maxTelemetryFeatures,
  maxGroups,
  maxLabelLength,
  maxPositions,
  maxSliceLength,
  maxSlices,
  targetBatchBytes,
  telemetryProtocol,
} from './telemetry/config.ts'
export {
  type CategorySummary,
  type FeatureSummary,
  FeatureSummarySchema,
} from './telemetry/feature-summary.ts'
export {
  type FeedbackSummary,
  FeedbackSummarySchema,
  type RankingFeedback,
  signalNames,
} from './telemetry/feedback-summary.ts'
export { type ClassesSummary, type OutputSummary, OutputSummarySchema } from './telemetry/output-summary.ts'
export { type BatchReader, batchReaders, readBatch } from './telemetry/read-batch.ts'
export {
  type BrowserFamily,
  browserFamilies,
  type DropReason,
  dropReasons,
  type TelemetryBatch,
  TelemetryBatchSchema,
  threadClasses,
} from './telemetry/telemetry-batch.ts'
export { type TelemetryEvent, TelemetryEventSchema } from './telemetry/telemetry-event.ts'
export {
  type Correlation,
  type CountName,
  countNames,
  type TelemetryBackend,
  telemetryBackends,
  type TelemetryGroup,
  TelemetryGroupSchema,
} from './telemetry/telemetry-group.ts'
export {
  type MonitorsSection,
  MonitorsSectionSchema,
  readMonitorsSection,
} from './telemetry/monitors-section.ts'
export {
  type MeasuredFeature,
  type MeasuredOutput,
  readTelemetrySection,
  type TelemetrySection,
  TelemetrySectionSchema,
} from './telemetry/telemetry-section.ts'
export {
  type DType,
  dtypes,
  type Signature,
  SignatureSchema,
  type Tensor,
  type TensorDataByDType,
  type TensorSpec,
  TensorSpecSchema,
} from './tensor.ts'
export { typedArrays } from './typed-arrays.ts'
export {
  type FixedTensor,
  type Training,
  type TrainingGraphFile,
  TrainingGraphSchema,
  TrainingSchema,
} from './training.ts'
export {
  type LossSettings,
  LossSchema,
  type OptimiserSettings,
  OptimiserSchema,
  type StepRecipe,
  StepRecipeSchema,
  type Trainable,
  TrainableSchema,
  type TrainingRecipe,
  TrainingRecipeSchema,
} from './training-recipe.ts'
export {
  type Precision,
  precisionOf,
  precisions,
  PrecisionSchema,
  type Variant,
  VariantSchema,
  withGraph,
  withVariant,
} from './variants.ts'
export { compareVersions, VersionSchema } from './version.ts'
