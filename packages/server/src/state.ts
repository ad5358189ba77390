import { mkdir } from 'node:fs/promises'

import type { FastifyBaseLogger } from 'fastify'

import type { BlobStore } from './blobs/blob-store.ts'
import { directoryBlobStore } from './blobs/directory-blob-store.ts'
import { incomingFolder } from './blobs/incoming-folder.ts'
import { patchLockTimeoutMs } from './config.ts'
import { type PatchJob, patchNewVersions } from './jobs/patch-new-versions.ts'
import { signBeforeExpiry } from './jobs/sign-before-expiry.ts'
import { keyFolder } from './metadata/key-folder.ts'
import type { OnlineKeys } from './metadata/online-keys.ts'
import { openOnlineKeys } from './metadata/open-online-keys.ts'
import { publisherListing } from './metadata/publisher-listing.ts'
import { type Signing, signing } from './metadata/signing.ts'
import type { SettledOptions } from './options.ts'
import { openPatchMaker } from './patches/open-patch-maker.ts'
import { noteOldFiles } from './publication/note-files.ts'
import type { Publication } from './publication/publish-version.ts'
import { staticLayout } from './publication/static-layout.ts'
import type { AccessRegistry } from './repositories/access-registry.ts'
import { kyselyAccessRegistry } from './repositories/kysely-access-registry.ts'
import { kyselyMetadata } from './repositories/kysely-metadata.ts'
import { kyselyRegistry } from './repositories/kysely-registry.ts'
import { openSqlite } from './repositories/open-sqlite.ts'
import { processLock } from './repositories/process-lock.ts'
import type { Registry } from './repositories/registry.ts'
import { openTelemetry, type Telemetry } from './telemetry/open-telemetry.ts'

/** What the server keeps: all of it outlives the process. */
export interface State {
  readonly registry: Registry
  readonly access: AccessRegistry
  readonly store: BlobStore
  readonly publication: Publication
  readonly keys: OnlineKeys
  readonly telemetry: Telemetry
  /** Ends what runs, then the database. */
  close(): Promise<void>
}

/** Opens the data folder, removes what dead uploads left, and makes the published files say what the database says. */
export async function openState(options: SettledOptions, log: FastifyBaseLogger): Promise<State> {
  for (const folder of [options.repositoryFolder, options.incomingFolder])
    await mkdir(folder, { recursive: true })
  const incoming = incomingFolder(options.incomingFolder)
  await incoming.removeStale(options.limits.staleUploadMs)
  const store = directoryBlobStore(options.repositoryFolder, incoming)
  const database = await openSqlite(options.databaseFile)
  const registry = kyselyRegistry(database)
  const access = kyselyAccessRegistry(database)
  const metadata = kyselyMetadata(database)
  const layout = staticLayout(registry, store)
  const lock = processLock(options.lockFile)
  const patchLock = processLock(options.patchLockFile, patchLockTimeoutMs)
  try {
    const keys = await openOnlineKeys(options.onlineKey, keyFolder(options.keyFolder), lock)
    const shared = { registry, metadata, publisher: publisherListing(metadata), store, now: options.now }
    const parts = {
      ...shared,
      keys,
      lock,
      lifetimes: options.lifetimes,
      log,
    }
    const signer = signing(parts)
    await noteOldFiles(access, registry, store)
      .then(() => layout.rebuild())
      // What is whole can still be served, and publishing again heals the rest.
      .catch((err: unknown) => log.error({ err }, 'published files could not be rebuilt'))
    const job = signBeforeExpiry(parts, signer)
    await job.first
    const publication = { ...shared, access, signing: signer, layout }
    const patches = patchNewVersions({
      publication,
      lock: patchLock,
      maker: openPatchMaker(),
      delayMs: options.limits.patchDelayMs,
      log,
    })
    const telemetry = openTelemetry({ ...options, database, log })
    return {
      registry,
      access,
      store,
      keys,
      telemetry,
      publication: { ...publication, signing: thenWaking(signer, patches) },
      async close() {
        await Promise.all([job.end(), patches.end(), telemetry.close()])
        for (const one of [lock, patchLock]) one.close()
        await registry.close()
      },
    }
  } catch (error) {
    for (const one of [lock, patchLock]) one.close()
    await registry.close()
    throw error
  }
}

/** Signing for publications: what they made visible may need patches. */
function thenWaking(signer: Signing, patches: PatchJob): Signing {
  return { ...signer, sign: () => signer.sign().then(() => patches.wake()) }
}
