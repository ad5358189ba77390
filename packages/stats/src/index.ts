export {
  addCalibration,
  type Calibration,
  calibrationFromWire,
  calibrationToWire,
  emptyCalibration,
  mergeCalibrations,
} from './sketches/calibration.ts'
export {
  addCategory,
  type Categories,
  categoriesFromWire,
  categoriesToWire,
  countOfCategories,
  emptyCategories,
  mergeCategories,
} from './sketches/categories.ts'
export {
  addConfusion,
  type Confusion,
  confusionFromWire,
  confusionToWire,
  emptyConfusion,
  mergeConfusions,
} from './sketches/confusion.ts'
export {
  addCorrelation,
  type Correlation,
  correlationFromWire,
  correlationToWire,
  emptyCorrelation,
  mergeCorrelations,
  pearson,
} from './sketches/correlation.ts'
export {
  addToHistogram,
  emptyHistogram,
  type Histogram,
  histogramFromWire,
  histogramToWire,
  mergeHistograms,
  unitEdges,
} from './sketches/histogram.ts'
export { addToRun, emptyRun, type LongestRun, longestOf, nextRun, runToWire } from './sketches/longest-run.ts'
export {
  addMoment,
  emptyMoments,
  mergeMoments,
  type Moments,
  momentsFromWire,
  momentsToWire,
  varianceOf,
} from './sketches/moments.ts'
export {
  addProjection,
  emptyProjection,
  mergeProjections,
  type Projection,
  projectionToWire,
  type Projector,
  projectorOf,
} from './sketches/projection.ts'
export { quantileOf, type SharedBuckets, sharedBuckets } from './sketches/quantile-readings.ts'
export {
  accuracyOf,
  addQuantile,
  binOf,
  binValue,
  countOfQuantiles,
  emptyQuantileSketch,
  gamma,
  mergeQuantileSketches,
  type QuantileSketch,
  quantileSketchFromWire,
  quantileSketchToWire,
} from './sketches/quantile-sketch.ts'
export {
  addRegression,
  emptyRegression,
  mergeRegressions,
  type Regression,
  regressionFromWire,
  regressionToWire,
} from './sketches/regression.ts'
export {
  addScore,
  type ClassScores,
  emptyScores,
  mergeScores,
  type Scores,
  scoresFromWire,
  scoresToWire,
} from './sketches/scores.ts'
export { mergeRollups } from './rollup/merge-rollups.ts'
export type { LabelSpread, RollupBody } from './rollup/rollup-body.ts'
export { rollupOf } from './rollup/rollup-of.ts'
export { mergeFeatureSummaries } from './summaries/merge-feature-summaries.ts'
export { mergeGroups } from './summaries/merge-groups.ts'
export { mergeOutputSummaries } from './summaries/merge-output-summaries.ts'
export { type DomainDrift, domainDrift } from './drift/domain-classifier.ts'
export {
  type Change,
  type DriftEvidence,
  type DriftKind,
  driftKind,
  type DriftVerdict,
} from './drift/drift-kind.ts'
export { jensenShannon } from './drift/jensen-shannon.ts'
export { type LabelShift, labelShift } from './drift/label-shift.ts'
export { populationStability } from './drift/population-stability.ts'
export { type ProjectionDrift, projectionDrift } from './drift/projection-drift.ts'
export {
  type ChiSquaredResult,
  chiSquaredFit,
  type ContingencyResult,
  contingencyTest,
} from './hypothesis/chi-squared.ts'
export {
  addBatch,
  type BatchSpread,
  designEffect,
  emptySpread,
  mergeSpread,
} from './hypothesis/design-effect.ts'
export {
  type KsMethod,
  type KsOnEdges,
  ksOnEdges,
  type KsResult,
  ksTest,
} from './hypothesis/kolmogorov-smirnov.ts'
export {
  epsilonOf,
  estimateTruth,
  type ResponseChances,
  responseChances,
} from './hypothesis/randomised-response.ts'
export { sampleRatioTest } from './hypothesis/sample-ratio.ts'
export { benjaminiHochberg, holm } from './hypothesis/several-tests.ts'
export { type Sums, type WelchResult, welchTest } from './hypothesis/welch.ts'
export type {
  MonitorBaseline,
  MonitoredFigures,
  WindowPart,
  BatchSpreads,
  MonitoredWindow,
} from './monitors/figures.ts'
export type { Finding, MonitorFamily, MonitorName, RankedPart } from './monitors/finding.ts'
export {
  defaultPolicy,
  type Effects,
  type MonitorPolicy,
  monitorPolicy,
  type PartialPolicy,
} from './monitors/policy.ts'
export { runMonitors } from './monitors/run-monitors.ts'
export { type Hours, type MonitorHours, monitorHours } from './monitors/schedule.ts'
export { trainingBaseline } from './monitors/training-baseline.ts'
export { type BinnedAuc, binnedAuc } from './performance/binned-scores.ts'
export {
  type ClassificationFigures,
  classificationFigures,
  type LabelFigures,
} from './performance/classification.ts'
export { type Concentration, concentration } from './performance/concentration.ts'
export { type CalibrationBins, type EstimatedAccuracy, estimatedAccuracy } from './performance/estimated.ts'
export { type RegressionFigures, regressionFigures } from './performance/regression.ts'
export { type Cusum, cusumAlarm, type CusumOptions, emptyCusum, stepCusum } from './sequential/cusum.ts'
export { emptyMixture, type Mixture, mixtureP, stepMixture } from './sequential/mixture-test.ts'
export {
  emptyPageHinkley,
  type PageHinkley,
  pageHinkleyAlarm,
  type PageHinkleyOptions,
  stepPageHinkley,
} from './sequential/page-hinkley.ts'
export { normalQuantile } from './special/normal.ts'
