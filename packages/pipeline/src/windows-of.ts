import type { Pipeline } from '@homing/protocol'

/** Events that a pipeline reads: their name and how far back, in seconds. */
export interface EventWindow {
  readonly event: string
  readonly seconds: number
}

/** The events that `pipeline` aggregates, each once with its longest window. Older ones may be pruned. */
export function windowsOf(pipeline: Pipeline): readonly EventWindow[] {
  const longest = new Map<string, number>()
  for (const input of pipeline.inputs) {
    if (input.kind !== 'table') continue
    for (const feature of input.features) {
      if (feature.kind !== 'window') continue
      longest.set(feature.event, Math.max(longest.get(feature.event) ?? 0, feature.seconds))
    }
  }
  return Array.from(longest, ([event, seconds]) => ({ event, seconds }))
}
