import { HomingError } from '@homing/protocol'

import type { OpenOptions } from '../../host-api.ts'
import { updatePolicies, type UpdatePolicy } from '../../update-policy.ts'
import type { CoordinatorDeps } from '../coordinator-deps.ts'
import type { StatusBoard } from '../status/status-board.ts'
import { asPinned } from '../storage/model-records.ts'

/** What the app wants of one model: how it is updated, and which version it is to stay at. The status shows both. */
export interface Wishes {
  readonly policy: UpdatePolicy
  readonly pinned: string | undefined
  /** Whether this tab was opened at a version of its own, whatever the device is pinned to. */
  readonly isOwn: boolean
  /** Takes the version that the device is pinned to, where the app names none. */
  recall(): Promise<void>
  setPolicy(policy: UpdatePolicy): void
  /** For this tab. */
  setPinned(version: string | undefined): void
  /** For later visits; null: none. */
  remember(version: string | null): Promise<void>
  /** @throws HomingError UPDATE_REFUSED where a version is pinned. */
  refusePinned(): void
}

export function createWishes(
  options: Pick<OpenOptions, 'updates' | 'version'>,
  { model, store }: Pick<CoordinatorDeps, 'model' | 'store'>,
  board: () => StatusBoard,
): Wishes {
  let policy: UpdatePolicy = options.updates ?? updatePolicies[0]
  let pinned = options.version
  const show = (): void => board().policy(policy, pinned)
  return {
    get policy() {
      return policy
    },
    get pinned() {
      return pinned
    },
    isOwn: options.version !== undefined,
    async recall() {
      pinned ??= (await store.readModel(model))?.pinned
      show()
    },
    setPolicy(next) {
      policy = next
      show()
    },
    setPinned(next) {
      pinned = next
      show()
    },
    async remember(version) {
      await store.updateModel(model, (record) => asPinned(record, version))
    },
    refusePinned() {
      if (pinned === undefined) return
      const message = `${model} is pinned to ${pinned}: pin another version, or null.`
      throw new HomingError('UPDATE_REFUSED', message)
    },
  }
}
