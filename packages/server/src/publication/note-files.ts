import { allFiles, parseManifest, paths } from '@homing/protocol'

import type { BlobStore } from '../blobs/blob-store.ts'
import type { AccessRegistry } from '../repositories/access-registry.ts'
import type { Registry } from '../repositories/registry.ts'

/** Notes that the blobs of a version are those of its model, and the manifest last: when that is noted, all are. */
export async function noteFiles(
  access: AccessRegistry,
  manifest: Parameters<typeof allFiles>[0],
  manifestSha256: string,
): Promise<void> {
  const hashes = allFiles(manifest).map(({ sha256 }) => sha256)
  await access.addFiles(manifest.model, [...new Set(hashes)])
  await access.addFiles(manifest.model, [manifestSha256])
}

/** Notes the blobs of versions that were published before anyone did. */
export async function noteOldFiles(
  access: AccessRegistry,
  registry: Registry,
  store: BlobStore,
): Promise<void> {
  for (const { model, version, manifest } of await registry.versions()) {
    const owners = await access.owners(manifest.sha256)
    if (owners.some((owner) => owner.model === model)) continue
    const bytes = await store.read(paths.blob(manifest.sha256))
    if (bytes) await noteFiles(access, parseManifest(bytes, { model, version }), manifest.sha256)
  }
}
