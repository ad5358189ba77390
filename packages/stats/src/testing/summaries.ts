import type { FeatureSummary, FeedbackSummary, OutputSummary } from '@homing/protocol'

import { addCalibration, calibrationToWire, emptyCalibration } from '../sketches/calibration.ts'
import { addCategory, categoriesToWire, emptyCategories } from '../sketches/categories.ts'
import { addConfusion, confusionToWire, emptyConfusion } from '../sketches/confusion.ts'
import { addToHistogram, emptyHistogram, histogramToWire, unitEdges } from '../sketches/histogram.ts'
import { addMoment, emptyMoments, momentsToWire } from '../sketches/moments.ts'
import { addQuantile, emptyQuantileSketch, quantileSketchToWire } from '../sketches/quantile-sketch.ts'

/** Bins of confidence of the summaries. */
const bins = 10

const healthy = { missing: 0, mismatched: 0, failed: 0 }

/** Moments and quantiles of values, as they travel. */
export function numbersOf(values: readonly number[]) {
  const [moments, quantiles] = [emptyMoments(), emptyQuantileSketch()]
  for (const value of values) {
    addMoment(moments, value)
    addQuantile(quantiles, value)
  }
  return { moments: momentsToWire(moments)!, quantiles: quantileSketchToWire(quantiles)! }
}

/** A feature of numbers. */
export function numericFeature(
  values: readonly number[],
  faults: Partial<FeatureSummary> = {},
): FeatureSummary {
  const summary = { kind: 'numeric', count: values.length, ...healthy, nonFinite: 0, ...numbersOf(values) }
  return { ...summary, ...faults } as FeatureSummary
}

/** A feature of words. */
export function categoryFeature(words: readonly string[], unseen = 0): FeatureSummary {
  return { kind: 'category', count: words.length, ...healthy, unseen, categories: categoriesOf(words) }
}

/** Counts of words, as they travel. */
export function categoriesOf(words: readonly string[]) {
  const categories = emptyCategories()
  for (const word of words) addCategory(categories, word)
  return categoriesToWire(categories)
}

/** An answer of a classifier, with what was true. */
export interface Answer {
  readonly said: string
  readonly truth: string
  readonly confidence: number
}

/** What a classifier said. */
export function classesOutput(answers: readonly Answer[]): OutputSummary {
  const confidence = emptyHistogram(unitEdges(bins))
  for (const answer of answers) addToHistogram(confidence, answer.confidence)
  const labels = categoriesOf(answers.map(({ said }) => said))
  return { kind: 'classes', count: answers.length, none: 0, labels, confidence: histogramToWire(confidence) }
}

/** What became known of a classifier's answers. */
export function labelFeedback(answers: readonly Answer[]): FeedbackSummary {
  const confusion = emptyConfusion(answers.flatMap(({ said, truth }) => [said, truth]))
  const calibration = emptyCalibration(bins)
  for (const { said, truth, confidence } of answers) {
    addConfusion(confusion, truth, said)
    addCalibration(calibration, confidence, said === truth)
  }
  return {
    kind: 'labels',
    count: answers.length,
    unmatched: 0,
    confusion: confusionToWire(confusion),
    calibration: calibrationToWire(calibration),
  }
}
