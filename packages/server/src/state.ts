import { mkdir } from 'node:fs/promises'

import type { FastifyBaseLogger } from 'fastify'

import type { BlobStore } from './blobs/blob-store.ts'
import { directoryBlobStore } from './blobs/directory-blob-store.ts'
import { incomingFolder } from './blobs/incoming-folder.ts'
import type { SettledOptions } from './options.ts'
import { noteOldFiles } from './publication/note-files.ts'
import type { Publication } from './publication/publish-version.ts'
import { staticLayout } from './publication/static-layout.ts'
import type { AccessRegistry } from './repositories/access-registry.ts'
import { kyselyAccessRegistry } from './repositories/kysely-access-registry.ts'
import { kyselyRegistry } from './repositories/kysely-registry.ts'
import { openSqlite } from './repositories/open-sqlite.ts'
import type { Registry } from './repositories/registry.ts'

/** What the server keeps: all of it outlives the process. */
export interface State {
  readonly registry: Registry
  readonly access: AccessRegistry
  readonly store: BlobStore
  readonly publication: Publication
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
  const layout = staticLayout(registry, store)
  try {
    await noteOldFiles(access, registry, store)
    await layout.rebuild()
  } catch (error) {
    // What is whole can still be served, and publishing again heals the rest.
    log.error({ err: error }, 'published files could not be rebuilt')
  }
  return { registry, access, store, publication: { registry, access, store, layout, now: options.now } }
}
