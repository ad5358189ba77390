import type { FeedbackSummary, signalNames } from '@homing/protocol'
import {
  addCalibration,
  addConfusion,
  addQuantile,
  addRegression,
  addScore,
  calibrationToWire,
  confusionToWire,
  emptyCalibration,
  emptyConfusion,
  emptyQuantileSketch,
  emptyRegression,
  emptyScores,
  quantileSketchToWire,
  regressionToWire,
  scoresToWire,
} from '@homing/stats'

import type { Disguise } from '../../measure/disguise.ts'
import type { AnswerFacts } from '../recorder.ts'

type SignalName = (typeof signalNames)[number]
type Truth =
  | { readonly kind: 'labels'; readonly label: string }
  | { readonly kind: 'values'; readonly value: number }
  | { readonly kind: 'signals'; readonly signal: SignalName; readonly seconds?: number | undefined }

/** What became known of one sample; `verdict`: whether it counts as positive, where that is new. */
export type Known = Truth & { readonly verdict?: boolean | undefined }

/** Feedback of one kind on one output. Which kind it is, the first feedback says. */
export interface FeedbackMeter {
  add(answer: AnswerFacts, known: Known, lagSeconds: number): void
  toWire(unmatched: number): FeedbackSummary
}

/** `disguise`: labels are told by randomised response then, and values and times not at all. */
export function feedbackMeter(
  kind: Truth['kind'],
  labels: readonly string[],
  disguise?: Disguise,
): FeedbackMeter {
  const lag = emptyQuantileSketch()
  let count = 0
  const own =
    kind === 'labels'
      ? labelsMeter(labels, disguise)
      : kind === 'values'
        ? valuesMeter(disguise)
        : signalsMeter(disguise)
  return {
    add(answer, known, lagSeconds) {
      count += 1
      if (!disguise) addQuantile(lag, Math.max(0, lagSeconds))
      own.add(answer, known)
    },
    toWire(unmatched) {
      const sketch = quantileSketchToWire(lag)
      return { ...own.toWire(), count, unmatched, ...(sketch && { lag: sketch }) }
    },
  }
}

interface KindMeter {
  add(answer: AnswerFacts, known: Known): void
  toWire(): FeedbackSummary
}

const none = { count: 0, unmatched: 0 }

function labelsMeter(labels: readonly string[], disguise?: Disguise): KindMeter {
  const [confusion, calibration, scores] = [emptyConfusion(labels), emptyCalibration(), emptyScores(labels)]
  const respond = disguise?.(labels.length)
  const disguised = (label: string): string => {
    const place = labels.indexOf(label)
    return place < 0 || !respond ? label : (labels[respond(place)] ?? label)
  }
  return {
    add({ label: said = '', probability, probabilities }, known) {
      if (known.kind !== 'labels') return
      const truth = known.label
      if (disguise) {
        addConfusion(confusion, disguised(truth), disguised(said))
        return
      }
      addConfusion(confusion, truth, said)
      if (probability !== undefined) addCalibration(calibration, probability, truth === said)
      if (probabilities)
        for (const [label, score] of Object.entries(probabilities))
          addScore(scores, label, score, label === truth)
    },
    toWire: () => ({
      kind: 'labels',
      ...none,
      confusion: confusionToWire(confusion),
      ...(!disguise && { calibration: calibrationToWire(calibration) }),
      ...(scores.logLoss.count > 0 && { scores: scoresToWire(scores) }),
    }),
  }
}

function valuesMeter(disguise?: Disguise): KindMeter {
  const errors = emptyRegression()
  return {
    add({ value = NaN }, known) {
      if (known.kind === 'values' && !disguise) addRegression(errors, value, known.value)
    },
    toWire: () => ({ kind: 'values', ...none, ...(!disguise && { errors: regressionToWire(errors) }) }),
  }
}

function signalsMeter(disguise?: Disguise): KindMeter {
  const signals: Partial<Record<SignalName, number>> = {}
  const [dwell, calibration] = [emptyQuantileSketch(), emptyCalibration()]
  const respond = disguise?.(2)
  let [positive, negative] = [0, 0]
  return {
    add({ probability }, known) {
      if (known.kind !== 'signals') return
      const { signal, seconds, verdict } = known
      if (!disguise) {
        signals[signal] = (signals[signal] ?? 0) + 1
        if (seconds !== undefined) addQuantile(dwell, seconds)
        if (probability !== undefined && verdict !== undefined)
          addCalibration(calibration, probability, verdict)
      }
      if (verdict === undefined) return
      const told = respond ? respond(verdict ? 1 : 0) === 1 : verdict
      if (told) positive += 1
      else negative += 1
    },
    toWire() {
      const sketch = quantileSketchToWire(dwell)
      return {
        kind: 'signals',
        ...none,
        signals: { ...signals },
        positive,
        negative,
        ...(sketch && { dwell: sketch }),
        ...(!disguise && { calibration: calibrationToWire(calibration) }),
      }
    },
  }
}
