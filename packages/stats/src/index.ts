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
  type CorrelationWire,
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
export {
  epsilonOf,
  estimateTruth,
  type ResponseChances,
  responseChances,
} from './hypothesis/randomised-response.ts'
