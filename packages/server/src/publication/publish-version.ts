import {
  allFiles,
  type FileRef,
  HomingError,
  type Manifest,
  parseManifest,
  paths,
  sha256Hex,
} from '@homing/protocol'

import type { BlobStore } from '../blobs/blob-store.ts'
import type { PublisherListing } from '../metadata/publisher-listing.ts'
import type { Signing } from '../metadata/signing.ts'
import type { AccessRegistry } from '../repositories/access-registry.ts'
import type { MetadataRepository } from '../repositories/metadata-repository.ts'
import type { Registry, VersionRecord } from '../repositories/registry.ts'
import { compress } from './compress.ts'
import { noteFiles } from './note-files.ts'
import { sizesOf } from './sizes-of.ts'
import type { StaticLayout } from './static-layout.ts'

/** What publishing works on. */
export interface Publication {
  readonly registry: Registry
  readonly access: AccessRegistry
  readonly metadata: MetadataRepository
  readonly publisher: PublisherListing
  readonly signing: Signing
  readonly store: BlobStore
  readonly layout: StaticLayout
  readonly now: () => Date
}

/**
 * Publishes the manifest in `bytes` as `model` `version`. The same bytes twice are one publication.
 * @throws HomingError MANIFEST_INVALID; BLOB_MISSING; VERSION_EXISTS when the version has other bytes.
 */
export async function publishVersion(
  { registry, access, store, layout, now }: Publication,
  model: string,
  version: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<{ added: boolean; stored: VersionRecord }> {
  const manifest = parseManifest(bytes, { model, version })
  await requireBlobs(store, manifest)
  const reference: FileRef = { sha256: await sha256Hex(bytes), size: bytes.byteLength }
  await noteFiles(access, manifest, reference.sha256) // first: a private file is never anyone else's
  await store.putBlob(reference.sha256, [bytes], bytes.byteLength)
  // Parameters are left out: floats hardly shrink, and devices ask for ranges of them.
  const sets = [manifest, ...(manifest.variants ?? [])]
  const shards = new Set(sets.flatMap(({ parameters }) => parameters.shards.map(({ sha256 }) => sha256)))
  for (const { sha256 } of allFiles(manifest))
    if (!shards.has(sha256)) await compress(store, paths.blob(sha256))

  const outcome = await registry.addVersion({
    model,
    version,
    engine: manifest.engine,
    manifest: reference,
    ...(manifest.requirements ? { requirements: manifest.requirements } : {}),
    publishedAt: now().toISOString(),
  })
  if (outcome.stored.manifest.sha256 !== reference.sha256) {
    throw new HomingError('VERSION_EXISTS', `${model} ${version} is already published with other bytes.`, {
      details: { published: outcome.stored.manifest.sha256, sent: reference.sha256 },
    })
  }
  await layout.writeManifest(outcome.stored)
  return outcome
}

async function requireBlobs(store: BlobStore, manifest: Manifest): Promise<void> {
  const { model, version } = manifest
  const files = allFiles(manifest)
  const sizes = await sizesOf(
    store,
    files.map(({ sha256 }) => sha256),
  )
  const absent = files.filter(({ sha256, size }) => sizes.get(sha256) !== size)
  if (absent.length === 0) return
  const missing = [...new Set(absent.map(({ sha256 }) => sha256))]
  throw new HomingError(
    'BLOB_MISSING',
    `The manifest of ${model} ${version} names ${missing.length} files that are not here with the size it says.`,
    { details: { missing } },
  )
}
