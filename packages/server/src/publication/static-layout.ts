import { HomingError, paths } from '@homing/protocol'

import type { BlobStore } from '../blobs/blob-store.ts'
import type { Registry, RolloutRecord, VersionRecord } from '../repositories/registry.ts'
import { compress } from './compress.ts'

/** The files under `models/` and `rollouts/`: made from the registry and the blobs, so a crash before they are costs nothing. */
export interface StaticLayout {
  /** Makes the manifest's file unless it is there. */
  writeManifest(record: VersionRecord): Promise<void>
  /** Makes the rollout's file say what the registry says. */
  writeRollout(model: string): Promise<void>
  /** Makes every file that is missing or old. */
  rebuild(): Promise<void>
}

/** The static layout of `registry` in `store`. */
export function staticLayout(registry: Registry, store: BlobStore): StaticLayout {
  const layout: StaticLayout = {
    async writeManifest(record) {
      const path = paths.manifest(record.model, record.version)
      if ((await store.size(path)) !== record.manifest.size) {
        const bytes = await store.read(paths.blob(record.manifest.sha256))
        if (bytes === undefined) {
          throw new HomingError(
            'BLOB_UNKNOWN',
            `The manifest of ${record.model} ${record.version} is gone from the blobs.`,
          )
        }
        await store.write(path, bytes)
      }
      await compress(store, path)
    },

    // Another process may write an older revision after a newer one, so whoever writes looks again afterwards.
    async writeRollout(model) {
      let written: RolloutRecord | undefined
      for (;;) {
        const [record] = await registry.rollouts(model)
        if (record === undefined || record.revision === written?.revision) return
        await store.write(paths.rollout(model), Buffer.from(record.document))
        written = record
      }
    },

    async rebuild() {
      for (const record of await registry.versions()) await layout.writeManifest(record)
      for (const { model, document } of await registry.rollouts()) {
        const present = await store.read(paths.rollout(model))
        if (present === undefined || !Buffer.from(document).equals(present)) await layout.writeRollout(model)
      }
    },
  }
  return layout
}
