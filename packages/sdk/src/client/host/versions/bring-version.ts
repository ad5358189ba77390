import { type Patches, servingFiles } from '@homing/protocol'

import { type DownloadProgress, downloadVersion } from '../../../delivery/download-version.ts'
import type { ShardPatches } from '../../../delivery/patches/shard-patches.ts'
import type { InstalledVersion } from '../../../store/store.ts'
import type { CoordinatorDeps } from '../coordinator-deps.ts'
import type { VersionServer } from '../serving/version-server.ts'
import { progressEvent } from '../status/progress-event.ts'
import type { StatusBoard } from '../status/status-board.ts'
import { asActive, asDownloading, asStaged } from '../storage/model-records.ts'
import { setId } from '../storage/set-id.ts'
import { activationLock, downloadLock } from '../tabs/tabs.ts'
import type { ChosenSet } from './choose-set.ts'
import type { FoundVersion } from './find-version.ts'

/** Brings the files of versions to the device. */
export interface VersionBringer {
  /** Every file of a parameter set that lacks, one tab at a time; the version is staged then. */
  download(
    found: FoundVersion,
    set: Pick<ChosenSet, 'manifest' | 'installed'>,
    signal: AbortSignal,
  ): Promise<void>
  /** What the browser evicted of the version that serves. */
  complete(found: FoundVersion, signal: AbortSignal): Promise<void>
}

export function createVersionBringer(
  deps: CoordinatorDeps,
  server: VersionServer,
  board: StatusBoard,
): VersionBringer {
  const { model, store, documents, repository, platform, gate } = deps
  const loadPatches = () => import('../../../delivery/patches/shard-patches.ts')

  const download: VersionBringer['download'] = async (
    { listed, bytes, base },
    { manifest, installed },
    signal,
  ) => {
    const began = platform.now()
    const onProgress = (progress: DownloadProgress): void => {
      board.dispatch(progressEvent(progress))
      void deps.emit({ type: 'progress', progress })
      deps.tell({ type: 'downloading', model, tab: deps.id, progress })
    }
    server.prepare(manifest)
    let patches: ShardPatches | undefined
    await deps.alone(downloadLock(model), signal, async () => {
      const { active } = await store.updateModel(model, (record) => asDownloading(record, installed))
      const list = (): Promise<Patches | undefined> => documents.patches(model, listed.version, signal)
      // The first version of a device has nothing to be made of.
      patches = active && (await loadPatches()).createShardPatches({ list, repository, store })
      await store.writeManifest(installed.manifestSha256, bytes)
      await deps.room.reserve(manifest).catch((error: unknown) => {
        if (server.serving) throw error // else what does not fit is served from memory
      })
      await downloadVersion(manifest, { repository, store, platform, patches, gate, signal, onProgress })
      if (base) {
        const { requireFrozen } = await import('../../../delivery/federated-version.ts')
        await requireFrozen(manifest, base, { repository, store, signal })
      }
      await store.updateModel(model, (record) => asStaged(record, installed))
    })
    board.fetched(platform.now() - began, patches?.report())
  }

  const complete: VersionBringer['complete'] = async (found, signal) => {
    const { manifest, installed } = server.serving!
    const isActive = (active: InstalledVersion | undefined): boolean =>
      active === undefined || setId(active) === setId(installed)
    const { active } = (await store.readModel(model)) ?? {}
    if (!isActive(active)) return // the device has gone over to another one
    const files = servingFiles(manifest).map(({ sha256 }) => sha256)
    const [there, bytes] = [await store.hasBlobs(files), await store.readManifest(installed.manifestSha256)]
    if (active && bytes && there.size === new Set(files).size) return
    await download(found, { manifest, installed }, signal)
    await deps.alone(activationLock(model), signal, async () => {
      await store.updateModel(model, (record) =>
        isActive(record.active) ? asActive(record, installed) : record,
      )
    })
  }
  return { download, complete }
}
