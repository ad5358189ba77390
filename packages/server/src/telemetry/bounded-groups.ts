import type { TelemetryBatch, TelemetryGroup } from '@homing/protocol'

/** A group as it counts, and whether it brings a mark. */
export interface CountedGroup {
  readonly group: TelemetryGroup
  readonly marks: 0 | 1
}

/** What a batch counts for, and what of it does not. */
export interface BoundedGroups {
  readonly groups: readonly CountedGroup[]
  /** Groups that count for nothing. */
  readonly refused: number
}

/**
 * What one batch may contribute: one mark for each model and version, though it tells of many days, so that k marks take k
 * batches; no group of more than `mostPredictions`, which no device makes in an hour; nothing from before `oldest`, which
 * would be deleted at once.
 */
export function boundedGroups(
  { groups }: TelemetryBatch,
  { oldest, mostPredictions }: { oldest: number; mostPredictions: number },
): BoundedGroups {
  const marked = new Set<string>()
  const counted: CountedGroup[] = []
  for (const group of groups) {
    if (group.hour < oldest || mostOf(group) > mostPredictions) continue
    const name = `${group.model} ${group.version}`
    const isFirst = group.first === 1 && !marked.has(name)
    if (isFirst) marked.add(name)
    counted.push({ group, marks: isFirst ? 1 : 0 })
  }
  return { groups: counted, refused: groups.length - counted.length }
}

/** The largest number of samples that a group claims anywhere. */
function mostOf({ counts, features, outputs }: TelemetryGroup): number {
  let most = 0
  for (const name in counts) most = Math.max(most, counts[name as keyof typeof counts] ?? 0)
  for (const summaries of [features?.raw, features?.processed, outputs])
    for (const name in summaries) most = Math.max(most, summaries[name]!.count)
  return most
}
