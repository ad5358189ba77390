import type { CoordinatorDeps } from '../coordinator-deps.ts'
import type { Wishes } from './wishes.ts'

/** What pinning works with. */
export interface PinDeps extends Pick<CoordinatorDeps, 'model' | 'tell'> {
  readonly wishes: Wishes
  /** Serves a version that is on the device; false when it is not. */
  readonly fromDevice: (version: string) => Promise<boolean>
  /** Serves what the repository has of what is wanted now. */
  readonly look: () => Promise<void>
}

/** Serves `version` and no other, on this device from now on; with null what the rollout says. */
export async function pinVersion(
  version: string | null,
  { model, tell, wishes, fromDevice, look }: PinDeps,
): Promise<void> {
  const before = wishes.pinned
  if (version === null) {
    await wishes.remember(null)
    wishes.setPinned(undefined)
    tell({ type: 'pinned', model, version })
    await look()
    return
  }
  wishes.setPinned(version)
  try {
    if (!(await fromDevice(version))) await look()
  } catch (error) {
    if (wishes.pinned === version) wishes.setPinned(before)
    throw error
  }
  await wishes.remember(version) // only what has served: a mistyped version must not keep the model from opening
  tell({ type: 'pinned', model, version })
}
