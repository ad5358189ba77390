import type { LifecycleEvent } from '../../../delivery/model-state.ts'
import type { Progress } from '../../status-api.ts'

/** What progress means for where the model stands. */
export function progressEvent({ version, loaded, total, paused }: Progress): LifecycleEvent {
  return { type: paused ? 'pause' : 'download', version, loaded, total }
}
