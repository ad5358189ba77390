import type { ReportedCall } from '@homing/protocol'

import type { ModelStatus } from '../status-api.ts'
import type { LoggedCall } from './black-box.ts'
import { reportedValues } from './kept-values.ts'

/** A call as a report has it; with the manifest of its version where that serves. */
export async function reportedCall(
  { began: _, kept, ...call }: LoggedCall,
  statuses: readonly Pick<ModelStatus, 'model' | 'version' | 'manifest'>[],
): Promise<ReportedCall> {
  const { manifest } =
    statuses.find(({ model, version }) => model === call.model && version === call.version) ?? {}
  return {
    ...call,
    ...(manifest === undefined || call.version === undefined ? {} : { manifest }),
    ...(kept ? reportedValues(await kept) : {}),
  }
}
