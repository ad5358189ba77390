import { HomingError, type Manifest, servingFiles } from '@homing/protocol'

import type { DeliveryPlatform } from '../../../delivery/ports.ts'
import { within } from '../../../delivery/within.ts'
import type { StorageEstimator } from '../../../store/store-error.ts'
import type { Store } from '../../../store/store.ts'
import { largeDownload, persistPatience } from '../../config.ts'
import type { Cleaner } from './cleaner.ts'

/** Sees to it that there is room for a version before its first byte is fetched. */
export interface StorageRoom {
  /**
   * Makes room for the files of a version that lack, by deleting what need not be kept; before a large download, asks the
   * browser not to evict what is stored.
   * @throws HomingError STORE_FULL with `details` (`needed`, `usage`, `quota` in bytes) when there is none all the same.
   */
  reserve(manifest: Manifest): Promise<void>
  /** Whether the browser has promised not to evict what is stored; undefined before it was asked. */
  readonly persisted: boolean | undefined
}

/** What making room works with. */
export interface StorageRoomDeps {
  readonly store: Pick<Store, 'kind' | 'hasBlobs'>
  readonly cleaner: Pick<Cleaner, 'free'>
  readonly estimate: StorageEstimator
  /** Asks the browser, where it has not promised yet. Only pages can. Firefox asks the user, who may never answer. */
  readonly persist: () => Promise<boolean>
  readonly sleep: DeliveryPlatform['sleep']
}

export function createStorageRoom({
  store,
  cleaner,
  estimate,
  persist,
  sleep,
}: StorageRoomDeps): StorageRoom {
  let persisted: boolean | undefined
  let asking: Promise<void> | undefined

  const ask = async (): Promise<void> => {
    persisted = await persist().catch(() => false)
    asking = undefined
  }

  const lacking = async (manifest: Manifest): Promise<number> => {
    const files = servingFiles(manifest)
    const there = await store.hasBlobs(files.map(({ sha256 }) => sha256))
    return files.filter(({ sha256 }) => !there.has(sha256)).reduce((sum, { size }) => sum + size, 0)
  }
  return {
    get persisted() {
      return persisted
    },
    async reserve(manifest) {
      const needed = await lacking(manifest)
      if (needed === 0 || store.kind === 'memory') return
      if (needed >= largeDownload && persisted !== true)
        await within({ sleep }, persistPatience, (asking ??= ask()), 'No answer').catch(() => undefined)
      const { usage, quota } = await estimate()
      if (usage === undefined || quota === undefined || quota - usage >= needed) return
      const freed = await cleaner.free()
      const { usage: left = usage } = await estimate()
      const used = Math.min(left, usage - freed) // browsers tell of freed bytes late
      if (quota - used >= needed) return
      throw new HomingError(
        'STORE_FULL',
        `${manifest.model} ${manifest.version} needs ${needed} bytes more on this device, and ${used} of ${quota} are used.`,
        { details: { needed, usage: used, quota } },
      )
    },
  }
}
