import { HomingError } from '@homing/protocol'

import type { QueuedCall } from '../queued-call.ts'

/** Whether the turn of a call comes after its deadline, of which it is told. */
export function isLate({ request: { expires }, settle }: QueuedCall): boolean {
  if (expires === undefined || Date.now() <= expires) return false
  const error = new HomingError('DEADLINE_PASSED', 'The turn of the prediction came after its deadline.')
  settle({ kind: 'refused', error })
  return true
}
