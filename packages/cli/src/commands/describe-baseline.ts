import type { PackResult } from '../pack/pack.ts'

/** Significant digits of a printed metric. */
const digits = 4

/** What was measured of the data that a package was made with: rows of a table. */
export function describeBaseline({ baseline }: Pick<PackResult, 'baseline'>): string[][] {
  if (!baseline) return []
  const { measured, refused } = baseline
  const { samples, features, outputs = {}, evaluation } = measured
  const metrics = Object.entries(evaluation?.metrics ?? {}).map(
    ([name, value]) => `${name} ${Number(value.toPrecision(digits))}`,
  )
  return [
    ['  baseline', `${samples.toLocaleString('en')} samples`],
    ['    measures', `${names(features.raw ?? {})} as given, ${names(outputs)} as answered`],
    ...(refused > 0 ? [['    refused', `${refused.toLocaleString('en')} samples, by the pipeline`]] : []),
    ...(evaluation
      ? [['    worth', `${metrics.join(', ')} on ${evaluation.samples.toLocaleString('en')} samples`]]
      : []),
  ]
}

/** Most names that are listed. */
const listed = 3

function names(summaries: Readonly<Record<string, unknown>>): string {
  const all = Object.keys(summaries)
  if (all.length === 0) return 'nothing'
  return all.length <= listed ? all.join(', ') : `${all.length} features`
}
