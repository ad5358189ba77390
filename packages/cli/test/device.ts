import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { type MetadataStore, refresh, type RefreshedClient, webFetcher } from '@homing/tuf'

import type { Machine } from './server-process.ts'

/** A device that trusts the first root and remembers what it saw. */
export function device({ server, keys }: Machine): () => Promise<RefreshedClient> {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>()
  const store: MetadataStore = {
    read: async (role) =>
      kept.get(role) ??
      (role === 'root' ? new Uint8Array(await readFile(join(keys, 'root.json'))) : undefined),
    write: (role, bytes) => Promise.resolve(void kept.set(role, bytes)),
  }
  const fetcher = webFetcher({ fetch, now: () => performance.now() })
  return () => refresh({ metadataUrl: `${server}/repository/metadata`, store, fetcher, now: Date.now })
}
