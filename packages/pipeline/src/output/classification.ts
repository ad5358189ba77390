import type { OutputReading } from '@homing/protocol'

import { defaultTop } from '../config.ts'
import { refusePipeline } from '../refuse-pipeline.ts'
import { sigmoid, softmax } from './activations.ts'
import type { ClassificationReading } from './reading.ts'

type Classification = Extract<OutputReading, { kind: 'classification' }>

/** Probability from which a label of a sigmoid output applies where the pipeline declares no threshold. */
const defaultLabelThreshold = 0.5

/** A function from the scores of one sample (which it overwrites) to their reading. */
export function classificationReader(
  reading: Classification,
  path: string,
): (scores: Float64Array) => ClassificationReading {
  const { tensor, activation, labels, threshold } = reading
  if (new Set(labels).size !== labels.length) refusePipeline(`${path}.labels`, 'a label is listed twice')
  const listed = Math.min(reading.top ?? defaultTop, labels.length)

  return (scores) => {
    const probabilities =
      activation === 'softmax' ? softmax(scores) : activation === 'sigmoid' ? sigmoid(scores) : scores
    const order = Array.from(probabilities.keys())
      .filter((index) => !Number.isNaN(probabilities[index]))
      .sort((a, b) => probabilities[b]! - probabilities[a]! || a - b)
    const top = order
      .slice(0, listed)
      .map((index) => ({ label: labels[index]!, probability: probabilities[index]! }))
    const [best] = top
    const sure = best !== undefined && best.probability >= (threshold ?? -Infinity)
    const applies = (index: number): boolean => probabilities[index]! >= (threshold ?? defaultLabelThreshold)
    return {
      kind: 'classification',
      tensor,
      ...(sure ? { label: best.label } : {}),
      ...(best ? { probability: best.probability } : {}),
      probabilities: Object.fromEntries(labels.map((label, index) => [label, probabilities[index]!])),
      top,
      ...(activation === 'sigmoid' ? { labels: order.filter(applies).map((index) => labels[index]!) } : {}),
    }
  }
}
