import { maxClasses, maxScoreBins, type ScoresWire } from '@homing/protocol'

import { leastScore } from './config.ts'
import { packCounts, unpackCounts } from './packed-counts.ts'
import { rounded } from './rounded.ts'
import { unitBin } from './unit-bin.ts'

/** Scores of one class in bins of equal width from 0 to 1: where it was the true one, and where it was not. */
export interface ClassScores {
  readonly positive: Float64Array
  readonly negative: Float64Array
}

/** Scores of classes against the true one: what AUC and log loss are read from. */
export interface Scores {
  /** By label. */
  readonly classes: Map<string, ClassScores>
  /** Of the true class's score: how many, and the sum of its negative natural logarithms. */
  readonly logLoss: { count: number; sum: number }
}

const emptyClass = (): ClassScores => ({
  positive: new Float64Array(maxScoreBins),
  negative: new Float64Array(maxScoreBins),
})

/** No score yet, of `labels`; of more than `maxClasses` the first by name are kept. */
export function emptyScores(labels: Iterable<string>): Scores {
  const kept = [...new Set(labels)].sort().slice(0, maxClasses)
  return {
    classes: new Map(kept.map((label) => [label, emptyClass()])),
    logLoss: { count: 0, sum: 0 },
  }
}

/** Adds the score of one class in one answer, in place; NaN and unknown labels add nothing. */
export function addScore({ classes, logLoss }: Scores, label: string, score: number, isTrue: boolean): void {
  if (Number.isNaN(score)) return
  const scores = classes.get(label)
  if (scores) (isTrue ? scores.positive : scores.negative)[unitBin(score, maxScoreBins)]! += 1
  if (!isTrue) return
  logLoss.count += 1
  logLoss.sum -= Math.log(Math.min(1, Math.max(leastScore, score)))
}

/** Scores of both; of more than `maxClasses` labels the first by name are kept. */
export function mergeScores(a: Scores, b: Scores): Scores {
  const merged = emptyScores([...a.classes.keys(), ...b.classes.keys()])
  for (const { classes, logLoss } of [a, b]) {
    for (const [label, from] of classes) {
      const to = merged.classes.get(label)
      for (const side of ['positive', 'negative'] as const)
        to?.[side].forEach((count, bin) => (to[side][bin] = count + from[side][bin]!))
    }
    merged.logLoss.count += logLoss.count
    merged.logLoss.sum += logLoss.sum
  }
  return merged
}

/** Scores as they travel. */
export function scoresToWire({ classes, logLoss }: Scores): ScoresWire {
  return {
    classes: Object.fromEntries(
      [...classes].map(([label, { positive, negative }]) => [
        label,
        { positive: packCounts(positive), negative: packCounts(negative) },
      ]),
    ),
    logLoss: { count: logLoss.count, sum: rounded(logLoss.sum) },
  }
}

/** Scores as they are added to. */
export function scoresFromWire({ classes, logLoss }: ScoresWire): Scores {
  const scores = emptyScores(Object.keys(classes))
  for (const [label, { positive, negative }] of Object.entries(classes)) {
    const to = scores.classes.get(label)
    if (!to) continue
    unpackCounts(positive, (bin, count) => (to.positive[bin] = count))
    unpackCounts(negative, (bin, count) => (to.negative[bin] = count))
  }
  return { classes: scores.classes, logLoss: { ...logLoss } }
}
