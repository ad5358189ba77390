import type { OutputReading, Pipeline, Tensor } from '@homing/protocol'

import { sigmoid, softmax } from '../output/activations.ts'
import { numbersOf } from '../output/numbers-of.ts'
import { refusePipeline } from '../refuse-pipeline.ts'

type Classification = Extract<OutputReading, { kind: 'classification' }>

/** The classification that is read from `output`, or the first. @throws HomingError PIPELINE_INVALID where there is none. */
export function classificationOf(
  pipeline: Pipeline | undefined,
  output: string | undefined,
  path: string,
): Classification {
  const found = pipeline?.outputs.find(
    (reading): reading is Classification =>
      reading.kind === 'classification' && (output === undefined || reading.tensor === output),
  )
  const which = output === undefined ? 'an output' : `"${output}"`
  return found ?? refusePipeline(path, `it needs ${which} that the pipeline reads as a classification`)
}

/** Probabilities of each sample, its scores divided by `temperature`. */
export function classProbabilities(
  { activation, labels }: Classification,
  output: Tensor,
  temperature: number,
): Float64Array[] {
  const scores = numbersOf(output)
  const width = labels.length
  return Array.from({ length: scores.length / width }, (_, sample) => {
    const own = scores.slice(sample * width, (sample + 1) * width)
    if (activation === 'none') return temperature === 1 ? own : tempered(own, temperature)
    const scaled = own.map((score) => score / temperature)
    return activation === 'softmax' ? softmax(scaled) : sigmoid(scaled)
  })
}

/** What dividing the logarithms of probabilities makes of them. */
function tempered(probabilities: Float64Array, temperature: number): Float64Array {
  const powers = probabilities.map((probability) => probability ** (1 / temperature))
  const rest = probabilities.length === 1 ? (1 - probabilities[0]!) ** (1 / temperature) : 0
  const sum = powers.reduce((total, power) => total + power, rest)
  return powers.map((power) => power / sum)
}

/** Whether each label is a question of its own, answered yes or no. */
function independent({ activation, labels }: Classification): boolean {
  return activation === 'sigmoid' || labels.length === 1
}

/** How sure a sample is: its greatest probability; of labels that are told one by one, the surety of the least sure. */
export function confidenceOf(reading: Classification, probabilities: Float64Array): number {
  if (!independent(reading)) return greatest(probabilities)
  return least(probabilities.map((probability) => Math.max(probability, 1 - probability)))
}

/** How far the first label is ahead of the second; of labels that are told one by one, yes ahead of no, or no of yes. */
export function marginOf(reading: Classification, probabilities: Float64Array): number {
  if (independent(reading)) return least(probabilities.map((probability) => Math.abs(2 * probability - 1)))
  const [first, second] = probabilities.slice().sort((a, b) => b - a)
  return first! - second!
}

/** Shannon entropy as a share of the greatest; of labels that are told one by one, that of the least sure. */
export function entropyOf(reading: Classification, probabilities: Float64Array): number {
  const term = (probability: number): number => (probability === 0 ? 0 : -probability * Math.log(probability))
  if (independent(reading)) return greatest(probabilities.map((p) => (term(p) + term(1 - p)) / Math.LN2))
  return probabilities.reduce((sum, p) => sum + term(p), 0) / Math.log(probabilities.length)
}

/** NaN where any is. */
function greatest(values: Float64Array): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity)
}

function least(values: Float64Array): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity)
}
