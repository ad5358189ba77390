import type { ModelEvent } from '../../host-api.ts'
import type { Progress } from '../../status-api.ts'

/** Tells events, but of progress only what grows: what was downloaded is read from the device after, and begins again there. */
export function growingProgress(
  emit: (event: ModelEvent) => Promise<void>,
): (event: ModelEvent) => Promise<void> {
  let last: Progress | undefined
  return async (event) => {
    if (event.type !== 'progress') return emit(event)
    const { progress } = event
    const before = last?.version === progress.version ? last : undefined
    if (before && progress.loaded <= before.loaded && progress.paused === before.paused) return
    last = before ? { ...progress, loaded: Math.max(progress.loaded, before.loaded) } : progress
    return emit({ type: 'progress', progress: last })
  }
}
