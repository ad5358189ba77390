import { type Engine, HomingError } from '@homing/protocol'

import type { BackendFallback } from '../../../libraries/backend.ts'
import type { InstalledVersion } from '../../../store/store.ts'
import type { CoordinatorDeps } from '../coordinator-deps.ts'
import { asProven, asRejected, asRolledBack } from '../storage/model-records.ts'
import { setId } from '../storage/set-id.ts'
import { activationLock } from '../tabs/tabs.ts'

/** A version of the device that serves in the place of one that cannot. */
export interface StandIn {
  readonly installed: InstalledVersion
  /** Records on the device that it serves. */
  readonly commit: () => Promise<void>
}

/** Goes back to the last good version of one model, and knows when. */
export interface Rollbacks {
  /** Whether a version has still to answer its first predictions. */
  isOnTrial(installed: InstalledVersion): Promise<boolean>
  /** Remembers how a version failed. */
  blame(installed: InstalledVersion, engine: Engine, failures: readonly BackendFallback[]): Promise<void>
  /** What serves in the place of a version that failed among its first predictions, or that another tab has left already. */
  afterFault(installed: InstalledVersion): Promise<StandIn | undefined>
  /** What serves in the place of a version that had proved itself, and can be loaded on no backend any more. */
  beforeLost(installed: InstalledVersion): Promise<StandIn | undefined>
  /** What serves in the place of a version under which the engine keeps dying, with that version not taken again. */
  afterCrash(installed: InstalledVersion): Promise<StandIn | undefined>
  /** What serves where the app wants the version before. @throws HomingError ROLLBACK_UNAVAILABLE. */
  byApp(): Promise<StandIn & { readonly left: InstalledVersion }>
  /** `installed` has answered its first predictions. */
  proven(installed: InstalledVersion): Promise<void>
}

export function createRollbacks(
  {
    model,
    store,
    alone,
    rejections,
    crashes,
  }: Pick<CoordinatorDeps, 'model' | 'store' | 'alone' | 'rejections' | 'crashes'>,
  signal: AbortSignal,
): Rollbacks {
  const leave = (left: InstalledVersion, declined: boolean) => (): Promise<void> =>
    alone(activationLock(model), signal, async () => {
      await store.updateModel(model, (record) => asRolledBack(record, left, declined))
    })
  const isOnTrial = async ({ manifestSha256 }: InstalledVersion): Promise<boolean> =>
    (await store.readModel(model))?.trial === manifestSha256

  const standIn = async (
    left: InstalledVersion,
    { declined = false, onTrial = true },
  ): Promise<StandIn | undefined> => {
    const { active, lastGood, trial } = (await store.readModel(model)) ?? {}
    if (active && active.manifestSha256 !== left.manifestSha256)
      return { installed: active, commit: () => Promise.resolve() }
    if (!lastGood || (onTrial && trial !== left.manifestSha256)) return undefined
    return { installed: lastGood, commit: leave(left, declined) }
  }

  return {
    isOnTrial,
    async blame(installed, engine, failures) {
      const remembered = await rejections.remembered(setId(installed), engine, failures)
      await store.updateModel(model, (record) => asRejected(record, installed, remembered))
    },
    afterFault: (installed) => standIn(installed, {}),
    beforeLost: (installed) => standIn(installed, { onTrial: false }),
    afterCrash: async (installed) =>
      (await isOnTrial(installed)) && crashes.add(installed.manifestSha256)
        ? standIn(installed, { declined: true })
        : undefined,
    async byApp() {
      const { active, lastGood } = (await store.readModel(model)) ?? {}
      if (!active || !lastGood)
        throw new HomingError('ROLLBACK_UNAVAILABLE', `This device has no version of ${model} to go back to.`)
      return { installed: lastGood, commit: leave(active, true), left: active }
    },
    async proven(installed) {
      if (await isOnTrial(installed)) await store.updateModel(model, (record) => asProven(record, installed))
    },
  }
}
