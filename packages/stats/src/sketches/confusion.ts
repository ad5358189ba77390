import { type ConfusionWire, HomingError, maxClasses } from '@homing/protocol'

import { packCounts, unpackCounts } from './packed-counts.ts'

/** How often each label was said where each was true. */
export interface Confusion {
  /** In the order of their UTF-16 units. */
  readonly labels: readonly string[]
  /** Row by row: the count of true label i and said label j is at `i * labels.length + j`. */
  readonly counts: Float64Array
  /** Pairs with a label that is none of these. */
  other: number
  readonly places: ReadonlyMap<string, number>
}

/** No pair yet, of `labels`; of more than `maxClasses` the first by name are kept, and others count as `other`. */
export function emptyConfusion(labels: Iterable<string>): Confusion {
  const kept = [...new Set(labels)].sort().slice(0, maxClasses)
  return {
    labels: kept,
    counts: new Float64Array(kept.length ** 2),
    other: 0,
    places: new Map(kept.map((label, place) => [label, place])),
  }
}

/** Adds a pair `count` times, in place. */
export function addConfusion(confusion: Confusion, truth: string, said: string, count = 1): void {
  const { places, counts, labels } = confusion
  const [row, column] = [places.get(truth), places.get(said)]
  if (row === undefined || column === undefined) confusion.other += count
  else counts[row * labels.length + column]! += count
}

/** Counts of both; labels are those of both. */
export function mergeConfusions(a: Confusion, b: Confusion): Confusion {
  const merged = emptyConfusion([...a.labels, ...b.labels])
  for (const each of [a, b]) {
    merged.other += each.other
    each.counts.forEach((count, cell) => {
      if (count > 0) addConfusion(merged, ...labelsOf(each, cell), count)
    })
  }
  return merged
}

function labelsOf({ labels }: Confusion, cell: number): [truth: string, said: string] {
  return [labels[Math.floor(cell / labels.length)]!, labels[cell % labels.length]!]
}

/** Pairs as they travel: the cells alone in which there are some. */
export function confusionToWire({ labels, counts, other }: Confusion): ConfusionWire {
  return { labels: [...labels], cells: packCounts(counts), ...(other > 0 && { other }) }
}

/**
 * Pairs as they are added to.
 * @throws HomingError DATA_INVALID for a cell of no label.
 */
export function confusionFromWire({ labels, cells, other = 0 }: ConfusionWire): Confusion {
  const confusion = emptyConfusion(labels)
  confusion.other = other
  unpackCounts(cells, (cell, count) => {
    const truth = labels[Math.floor(cell / labels.length)]
    const said = labels[cell % labels.length]
    if (truth === undefined || said === undefined)
      throw new HomingError('DATA_INVALID', `Confusion counts cell ${cell} of ${labels.length} labels`)
    addConfusion(confusion, truth, said, count)
  })
  return confusion
}
