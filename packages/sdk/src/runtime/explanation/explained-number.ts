import { numbersOf } from '@homing/pipeline'
import { HomingError, type OutputReading, type Pipeline, type Tensor } from '@homing/protocol'

import type { ExplainSettings } from '../explanation-api.ts'

/** The number that is explained: a weighted sum of an output's elements. */
export interface ExplainedNumber {
  readonly label?: string
  readonly unit?: string
  /** One for each element that one example has of the output. */
  readonly weights: Float64Array
  /** The number of each example in a batch of outputs. */
  of(output: Tensor): Float64Array
}

/**
 * Chooses what is explained, from what the model says to the input. It is linear in the output, so that attributions
 * of it add up. Softmax does not see what all logits have in common, and neither does an explanation: the mean of the
 * logits is taken off.
 * @throws HomingError CONFIG_INVALID for a label or an index that is not there, INPUT_SHAPE for several examples.
 */
export function explainedNumber(
  pipeline: Pipeline | undefined,
  tensor: string,
  answer: Tensor,
  { label, index }: ExplainSettings,
): ExplainedNumber {
  const reading = pipeline?.outputs.find((output) => output.tensor === tensor)
  const elements = numbersOf(answer)
  const width = reading ? (reading.kind === 'classification' ? reading.labels.length : 1) : elements.length
  if (elements.length !== width) {
    throw new HomingError(
      'INPUT_SHAPE',
      `One example is explained at a time, and ${elements.length / width} were passed.`,
    )
  }
  const labels = reading?.kind === 'classification' ? reading.labels : undefined
  const at = labels && label !== undefined ? placeOf(label, labels) : (index ?? largest(elements))
  if (label !== undefined && !labels)
    throw refused(`There are no labels in the output "${tensor}": choose by index.`)
  if (!Number.isInteger(at) || at < 0 || at >= width)
    throw refused(`The output "${tensor}" has the elements 0 to ${width - 1}, and no ${at}.`)
  const weights = weightsOf(reading, width, at)
  const offset = reading?.kind === 'regression' ? (reading.offset ?? 0) : 0
  const unit = reading?.kind === 'regression' ? reading.unit : undefined
  return {
    ...(labels ? { label: labels[at]! } : {}),
    ...(unit === undefined ? {} : { unit }),
    weights,
    of(output) {
      const numbers = numbersOf(output)
      return Float64Array.from({ length: numbers.length / width }, (_, example) =>
        weights.reduce((sum, weight, i) => sum + weight * numbers[example * width + i]!, offset),
      )
    },
  }
}

function weightsOf(reading: OutputReading | undefined, width: number, at: number): Float64Array {
  const weights = new Float64Array(width)
  if (reading?.kind === 'classification' && reading.activation === 'softmax') weights.fill(-1 / width)
  weights[at]! += reading?.kind === 'regression' ? (reading.scale ?? 1) : 1
  return weights
}

function placeOf(label: string, labels: readonly string[]): number {
  const place = labels.indexOf(label)
  if (place < 0) throw refused(`The model has no label "${label}"; it has ${labels.join(', ')}.`)
  return place
}

function largest(elements: Float64Array): number {
  return elements.reduce((best, value, i) => (value > elements[best]! ? i : best), 0)
}

function refused(problem: string): HomingError {
  return new HomingError('CONFIG_INVALID', problem)
}
