import type { Engine, ErrorCode, HomingError } from '@homing/protocol'

import { type BackendFallback, backendsOf } from '../../../libraries/backend.ts'
import type { ModelRecord } from '../../../store/store.ts'
import type { CoordinatorDeps } from '../coordinator-deps.ts'
import type { VersionServer } from '../serving/version-server.ts'
import { asRejected } from '../storage/model-records.ts'
import { setId } from '../storage/set-id.ts'
import type { ChosenSet } from './choose-set.ts'

/** Failures that lie in the version on this device, not in the network, the storage or the moment. */
const versionFailures: ReadonlySet<ErrorCode> = new Set([
  'BACKEND_UNAVAILABLE',
  'OPERATOR_UNSUPPORTED',
  'PIPELINE_INVALID',
  'PROBE_INVALID',
  'VERSION_UNTRUSTED',
])

/**
 * Remembers how a parameter set failed, and the version with the last of them. False where the failure does not lie in the
 * version, or hangs on the moment, and so it may work the next time.
 */
export async function rejectSet(
  { manifest: { engine }, installed, isLast }: ChosenSet,
  failure: HomingError,
  { model, store, rejections }: Pick<CoordinatorDeps, 'model' | 'store' | 'rejections'>,
  { allowed }: Pick<VersionServer, 'allowed'>,
): Promise<boolean> {
  if (!versionFailures.has(failure.code)) return false
  const failures: ModelRecord['rejected'][] = []
  for (const set of new Set([setId(installed), ...(isLast ? [installed.manifestSha256] : [])]))
    failures.push(await rejections.remembered(set, engine, failuresOf(failure, engine)))
  const remembered = Object.assign({}, ...failures) as ModelRecord['rejected']
  const { rejected } = await store.updateModel(model, (record) => asRejected(record, installed, remembered))
  return (await rejections.refusals(rejected, allowed)).has(setId(installed))
}

/** On which backends a version failed: what does not hang on the backend is so on each. */
function failuresOf(
  { code, message: reason, details }: HomingError,
  engine: Engine,
): readonly BackendFallback[] {
  if (code === 'BACKEND_UNAVAILABLE') return (details['backends'] ?? []) as readonly BackendFallback[]
  return backendsOf(engine).map((backend) => ({ backend, stage: 'load', code, reason }))
}
