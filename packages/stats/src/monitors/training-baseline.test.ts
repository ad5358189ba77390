import type { Baseline } from '@homing/protocol'
import { expect, test } from 'vitest'

import { classesOutput, labelFeedback, numericFeature } from '../testing/summaries.ts'
import { runMonitors } from './run-monitors.ts'
import { trainingBaseline } from './training-baseline.ts'

const answers = (right: number) =>
  Array.from({ length: 1_000 }, (_, at) => ({
    said: 'yes',
    truth: at % 100 < right ? 'yes' : 'no',
    confidence: 0.9,
  }))

const baseline: Baseline = {
  format: 1,
  model: 'wine',
  version: '1.0.0',
  samples: 1_000,
  features: { raw: { sugar: numericFeature(Array.from({ length: 1_000 }, (_, at) => at)) } },
  outputs: { answer: classesOutput(answers(90)) },
  evaluation: {
    samples: 1_000,
    feedback: { answer: labelFeedback(answers(90)) },
    metrics: { accuracy: 0.9 },
  },
}

test('a version is held against its data and its evaluation at publication', () => {
  const { features, outputs } = baseline
  const window = (right: number) => ({
    figures: {
      features,
      outputs: outputs!,
      counts: { predictions: 1_000 },
      feedback: { answer: labelFeedback(answers(right)) },
    },
  })
  const alarms = (right: number): string[] =>
    runMonitors({}, [trainingBaseline(baseline)], window(right))
      .filter(({ state }) => state === 'alarm')
      .map(({ monitor }) => monitor)
  expect(alarms(90)).toEqual([])
  expect(alarms(70)).toEqual(expect.arrayContaining(['performance', 'drift kind']))
})

test('a baseline without labels is one of features alone', () => {
  const { evaluation: _none, outputs: _neither, ...bare } = baseline
  expect(trainingBaseline(bare).figures).toEqual({ features: baseline.features })
})
