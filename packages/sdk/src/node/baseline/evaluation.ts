import type { Reading, SampleReading } from '@homing/pipeline'
import {
  type Baseline,
  type FeedbackSummary,
  HomingError,
  maxLabelLength,
  type Pipeline,
} from '@homing/protocol'
import {
  addCalibration,
  addConfusion,
  addRegression,
  addScore,
  binnedAuc,
  calibrationToWire,
  confusionToWire,
  emptyCalibration,
  emptyConfusion,
  emptyRegression,
  emptyScores,
  regressionFigures,
  regressionToWire,
  scoresToWire,
} from '@homing/stats'

/** What is true of a sample: a label's name or its index, or a value. */
export type Target = number | string

type OutputReading = Pipeline['outputs'][number]

/** Holds what a version says of its first reading against what is true. */
export interface Evaluation {
  /** @throws HomingError DATA_INVALID for a target that is no label, or no number. */
  add(sample: SampleReading, target: Target): void
  /** Undefined where nothing was added. */
  result(): NonNullable<Baseline['evaluation']> | undefined
}

/** @throws HomingError CONFIG_INVALID where the pipeline reads no output. */
export function evaluationOf(pipeline: Pipeline | undefined): Evaluation {
  const reading = pipeline?.outputs[0]
  if (!reading)
    throw new HomingError(
      'CONFIG_INVALID',
      'Labels can be held against what a pipeline reads: declare what its first output is',
    )
  return reading.kind === 'classification' ? labelEvaluation(reading) : valueEvaluation(reading)
}

function labelEvaluation({ tensor, labels }: Extract<OutputReading, { kind: 'classification' }>): Evaluation {
  const names = labels.map(nameOf)
  const confusion = emptyConfusion(names)
  const calibration = emptyCalibration()
  const scores = emptyScores(names)
  let [count, right] = [0, 0]
  return {
    add({ readings }, target) {
      const reading = readingOf(readings, tensor, 'classification')
      const truth = nameOf(labelOf(target, labels))
      count += 1
      const best = reading.top[0]
      const said = best ? nameOf(best.label) : ''
      if (said === truth) right += 1
      addConfusion(confusion, truth, said)
      if (best) addCalibration(calibration, best.probability, said === truth)
      for (const [label, probability] of Object.entries(reading.probabilities))
        addScore(scores, nameOf(label), probability, nameOf(label) === truth)
    },
    result() {
      if (count === 0) return undefined
      const summary: FeedbackSummary = {
        kind: 'labels',
        count,
        unmatched: 0,
        confusion: confusionToWire(confusion),
        calibration: calibrationToWire(calibration),
        scores: scoresToWire(scores),
      }
      const aucs = [...scores.classes.values()].flatMap(({ positive, negative }) => {
        const [yes, no] = [[...positive], [...negative]]
        return yes.some(Boolean) && no.some(Boolean) ? [binnedAuc(yes, no).auc] : []
      })
      return {
        samples: count,
        feedback: { [nameOf(tensor)]: summary },
        metrics: finite({
          accuracy: right / count,
          logLoss: scores.logLoss.sum / scores.logLoss.count,
          auc: aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length,
        }),
      }
    },
  }
}

function valueEvaluation({ tensor }: Extract<OutputReading, { kind: 'regression' }>): Evaluation {
  const regression = emptyRegression()
  let count = 0
  return {
    add({ readings }, target) {
      const truth = numberOf(target)
      if (!Number.isFinite(truth))
        throw new HomingError('DATA_INVALID', `The target "${target}" is no number, as "${tensor}" is`)
      addRegression(regression, readingOf(readings, tensor, 'regression').value, truth)
      count += 1
    },
    result() {
      if (count === 0) return undefined
      const errors = regressionToWire(regression)
      const summary: FeedbackSummary = { kind: 'values', count, unmatched: 0, errors }
      const { mae, mse, rmse, mape, r2 } = regressionFigures(errors)
      return {
        samples: count,
        feedback: { [nameOf(tensor)]: summary },
        metrics: finite({ mae, mse, rmse, mape, r2 }),
      }
    },
  }
}

function labelOf(target: Target, labels: readonly string[]): string {
  if (typeof target === 'string' && labels.includes(target)) return target
  const label = labels[numberOf(target)]
  if (label !== undefined) return label
  throw new HomingError(
    'DATA_INVALID',
    `The target "${target}" is none of the labels, nor the index of one: ${labels.slice(0, 10).join(', ')}`,
  )
}

/** NaN for text that is no number. */
function numberOf(target: Target): number {
  return typeof target === 'number' ? target : target.trim() === '' ? NaN : Number(target)
}

function readingOf<K extends Reading['kind']>(
  readings: readonly Reading[],
  tensor: string,
  kind: K,
): Extract<Reading, { kind: K }> {
  const found = readings.find(
    (reading): reading is Extract<Reading, { kind: K }> => reading.tensor === tensor && reading.kind === kind,
  )
  if (found) return found
  throw new HomingError('INTERNAL', `The pipeline gave no reading of "${tensor}"`)
}

const nameOf = (label: string): string => label.slice(0, maxLabelLength)

function finite(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)))
}
