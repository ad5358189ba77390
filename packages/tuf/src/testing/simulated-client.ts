import { HomingError } from '@homing/protocol'
import { type TufRepository, tufRepository, type TufRepositoryOptions } from '@homing/testkit'

import type { Fetcher, MetadataStore } from '../client/ports.ts'
import { refresh, type RefreshedClient } from '../client/update-client.ts'

/** A client of a simulated repository that keeps its metadata in memory, as a device keeps it between visits. */
export interface SimulatedClient {
  readonly repository: TufRepository
  readonly stored: Map<string, Uint8Array<ArrayBuffer>>
  /** Milliseconds by which the client's clock is ahead. */
  ahead: number
  /** Roles that are fetched ahead of their turn. */
  soon: readonly string[]
  refresh(): Promise<RefreshedClient>
  /** Refreshes, looks a target up, fetches it, and gives its text. */
  download(path: string): Promise<string>
  /** The version of a role that the client keeps. */
  version(role: string): number | undefined
}

/** A client that trusts the repository's first root. */
export function simulatedClient(options?: TufRepositoryOptions): SimulatedClient {
  const repository = tufRepository(options)
  const stored = new Map([['root', repository.roots[0]!]])
  const store: MetadataStore = {
    read: (role) => Promise.resolve(stored.get(role)),
    write: (role, bytes) => Promise.resolve(void stored.set(role, bytes)),
  }
  const client: SimulatedClient = {
    repository,
    stored,
    ahead: 0,
    soon: [],
    refresh: () =>
      refresh({
        metadataUrl: base,
        store,
        fetcher: fetcherOf(repository),
        now: () => Date.now() + client.ahead,
        soon: client.soon,
      }),
    async download(path) {
      const refreshed = await client.refresh()
      const bytes = await refreshed.download(path, await refreshed.target(path), `${base}targets`)
      return new TextDecoder().decode(bytes)
    },
    version(role) {
      const bytes = stored.get(role)
      if (!bytes) return undefined
      return (JSON.parse(new TextDecoder().decode(bytes)) as { signed: { version: number } }).signed.version
    },
  }
  return client
}

const base = 'https://repository.test/'

function fetcherOf(repository: TufRepository): Fetcher {
  return {
    fetch(url, maxBytes) {
      const bytes = repository.answer(url.slice(base.length))
      if (bytes && bytes.byteLength > maxBytes)
        throw new HomingError('METADATA_MISMATCH', `${url} is longer than ${maxBytes} bytes`)
      return Promise.resolve(bytes)
    },
  }
}

/** Changes what a metadata file signs without signing it again. */
export function tampered(
  bytes: Uint8Array,
  change: (signed: Record<string, unknown>) => void,
): Uint8Array<ArrayBuffer> {
  const document = JSON.parse(new TextDecoder().decode(bytes)) as { signed: Record<string, unknown> }
  change(document.signed)
  return new TextEncoder().encode(JSON.stringify(document))
}
