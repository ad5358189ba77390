import type { Feature } from '@homing/protocol'

import type { KeptEvent, PipelineContext } from '../pipeline-input.ts'

type WindowFeature = Extract<Feature, { kind: 'window' }>

/**
 * The aggregate of a window that ends now, its older end included. `count` and `sum` of nothing are 0; the others are
 * undefined, a missing value. Events without the field, or with a field that is no finite number, do not count.
 */
export function windowAggregate(
  feature: WindowFeature,
  { now, events }: PipelineContext,
): number | undefined {
  const since = now - feature.seconds * 1000
  const { field, aggregate } = feature
  let [count, sum, min, max] = [0, 0, Infinity, -Infinity]
  let last: KeptEvent | undefined
  for (const event of events(feature.event, since)) {
    if (event.time < since || event.time > now) continue
    const value = field === undefined ? 1 : event.fields[field]
    if (typeof value !== 'number' || !Number.isFinite(value)) continue
    count++
    sum += value
    min = Math.min(min, value)
    max = Math.max(max, value)
    if (last === undefined || event.time >= last.time) last = event
  }
  if (aggregate === 'count') return count
  if (aggregate === 'sum') return sum
  if (last === undefined || field === undefined) return undefined
  switch (aggregate) {
    case 'mean':
      return sum / count
    case 'min':
      return min
    case 'max':
      return max
    case 'last':
      return last.fields[field]
  }
}
