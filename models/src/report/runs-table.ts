import { markdownTable, percent } from './markdown.ts'
import type { RunLog } from './run-log.ts'

/** A trained version: its log, and the SHA-256 of the file that holds its numbers. */
export interface Run {
  readonly log: RunLog
  readonly sha256: string
}

/** Characters of a hash that tell two files apart at a glance. */
const shownHashCharacters = 12

/** Runs side by side, in Markdown. */
export function runsTable(runs: readonly Run[]): string {
  const header = [
    'model',
    'version',
    'from',
    'parameters',
    'examples',
    'loss',
    'optimiser',
    'batch',
    'epochs',
    'seed',
  ]
  return markdownTable(
    [...header, 'seconds', 'processor seconds', 'result', 'SHA-256 of the weights'],
    runs.map(({ log, sha256 }) => {
      const { model, version, parent, parameters, data, hyperparameters, seed, seconds, cpuSeconds } = log
      const setting = (name: string): string | number => {
        const value = hyperparameters[name]
        return typeof value === 'object' ? JSON.stringify(value) : (value ?? '')
      }
      return [
        model,
        version,
        parent ?? 'random weights',
        parameters,
        data['trainingImages'] ?? data['trainingWines'] ?? '',
        setting('loss'),
        setting('optimiser'),
        setting('batch'),
        setting('epochs'),
        seed,
        seconds,
        cpuSeconds,
        resultOf(log.metrics),
        `\`${sha256.slice(0, shownHashCharacters)}\``,
      ]
    }),
  )
}

function resultOf(metrics: RunLog['metrics']): string {
  const { accuracy, logLoss, ece, ...rest } = metrics
  const shares = { accuracy, 'calibration error': ece }
  return [
    ...Object.entries(shares).flatMap(([name, share]) =>
      share === undefined ? [] : `${name} ${percent(share)}`,
    ),
    ...(logLoss === undefined ? [] : [`log loss ${logLoss.toFixed(4)}`]),
    ...Object.entries(rest).map(([name, value]) => `${name} ${value.toFixed(4)}`),
  ].join(', ')
}
