import { HomingError } from '@homing/protocol'
import { type Fetcher, type MetadataStore, refresh, type RefreshedClient } from '@homing/tuf'

import { maxRootBytes, maxTimestampBytes, wholeRefreshInterval } from './config.ts'
import { equalBytes } from './equal-bytes.ts'
import type { DeliveryPlatform, MetadataRecords } from './ports.ts'

/** What the metadata of a repository is refreshed with. */
export interface RefreshOptions {
  /** Folder of the metadata, with a slash at its end. */
  readonly metadataUrl: string
  readonly records: MetadataRecords
  readonly store: MetadataStore
  readonly fetcher: Fetcher
  readonly platform: Pick<DeliveryPlatform, 'time'>
  readonly signal?: AbortSignal | undefined
  /** The timestamp, where it was fetched a moment ago. */
  readonly latest?: Uint8Array<ArrayBuffer> | undefined
}

/** Refreshed metadata, and the timestamp that began it. */
export interface RefreshedMetadata {
  readonly client: RefreshedClient
  readonly timestamp: Uint8Array<ArrayBuffer>
}

/** Roles that a device needs, beside those of every refresh, before it has a first version. */
const rolesOfFirstVisit = ['rollouts', 'publisher']

/** Where the time of the last whole refresh is kept, in milliseconds since the epoch. */
const refreshedAt = 'refreshed-at'

/**
 * Brings the trusted metadata up to date. First comes the timestamp alone: where it is the trusted one and has not expired,
 * nothing else is asked for. Otherwise, and at least once a day, the whole workflow runs from the root; what it is known to
 * ask for is fetched beside what comes before it, and taken in the order of the workflow.
 * @throws HomingError METADATA_MISSING, METADATA_*, and those of the fetcher.
 */
export async function refreshMetadata(options: RefreshOptions): Promise<RefreshedMetadata> {
  const { metadataUrl, records, store, fetcher, platform, signal } = options
  const timestampUrl = `${metadataUrl}timestamp.json`
  const kept = await store.read('timestamp')
  const mayBeQuiet = kept !== undefined && (await isRecent(records, platform.time()))
  const isFirstVisit = (await store.read('snapshot')) === undefined
  const root = mayBeQuiet ? undefined : await nextRoot(options)
  const timestamp = options.latest ?? (await fetcher.fetch(timestampUrl, maxTimestampBytes, signal))
  if (!timestamp)
    throw new HomingError('METADATA_MISSING', `The repository has no ${timestampUrl}`, {
      details: { url: timestampUrl },
    })

  const run = (skipRoot: boolean): Promise<RefreshedClient> =>
    refresh({
      metadataUrl,
      store,
      now: platform.time,
      ...(signal ? { signal } : {}),
      soon: isFirstVisit ? rolesOfFirstVisit : [],
      fetcher: {
        fetch(url, maxBytes, signal) {
          if (url === timestampUrl) return Promise.resolve(timestamp.slice())
          if (url === root?.url) return root.bytes
          if (skipRoot && url.endsWith('.root.json')) return Promise.resolve(undefined)
          return fetcher.fetch(url, maxBytes, signal)
        },
      },
    })

  if (mayBeQuiet && equalBytes(kept, timestamp)) {
    try {
      return { client: await run(true), timestamp }
    } catch (error) {
      if (!(error instanceof HomingError && error.code.startsWith('METADATA_'))) throw error
    }
  }
  const client = await run(false)
  await records.writeMetadata(refreshedAt, new TextEncoder().encode(String(platform.time())))
  return { client, timestamp }
}

/** Asks for the root after the one that the store holds, which is the first that the whole workflow needs. */
async function nextRoot({
  metadataUrl,
  store,
  fetcher,
  signal,
}: RefreshOptions): Promise<{ url: string; bytes: ReturnType<Fetcher['fetch']> } | undefined> {
  const kept = await store.read('root')
  if (!kept) return undefined
  const document = JSON.parse(new TextDecoder().decode(kept)) as { signed: { version: number } }
  const url = `${metadataUrl}${document.signed.version + 1}.root.json`
  const bytes = fetcher.fetch(url, maxRootBytes, signal)
  bytes.catch(() => undefined) // told when its turn comes
  return { url, bytes }
}

/** Whether the last whole refresh was less than a day ago. A clock that was set back says that it was not. */
async function isRecent(records: MetadataRecords, now: number): Promise<boolean> {
  const bytes = await records.readMetadata(refreshedAt)
  const ago = now - Number(new TextDecoder().decode(bytes ?? new Uint8Array()))
  return bytes !== undefined && ago >= 0 && ago < wholeRefreshInterval
}
