import { HomingError, paths } from '@homing/protocol'

import type { BlobStore } from '../blobs/blob-store.ts'
import type { Registry, VersionRecord } from '../repositories/registry.ts'
import { compress } from './compress.ts'

/** The files under `models/`: made from the registry and the blobs, so a crash before they are costs nothing. */
export interface StaticLayout {
  /** Makes the manifest's files unless they are there: one by its plain name, and one as signed metadata names it. */
  writeManifest(record: VersionRecord): Promise<void>
  /** Makes every file that is missing. */
  rebuild(): Promise<void>
}

/** The static layout of `registry` in `store`. */
export function staticLayout(registry: Registry, store: BlobStore): StaticLayout {
  const layout: StaticLayout = {
    async writeManifest({ model, version, manifest }) {
      const plain = paths.manifest(model, version)
      for (const path of [plain, paths.target(plain, manifest.sha256)]) {
        if ((await store.size(path)) !== manifest.size) {
          const bytes = await store.read(paths.blob(manifest.sha256))
          if (bytes === undefined) {
            throw new HomingError(
              'BLOB_UNKNOWN',
              `The manifest of ${model} ${version} is gone from the blobs.`,
            )
          }
          await store.write(path, bytes)
        }
        await compress(store, path)
      }
    },

    async rebuild() {
      for (const record of await registry.versions()) await layout.writeManifest(record)
    },
  }
  return layout
}
