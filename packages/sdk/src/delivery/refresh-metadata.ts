import { HomingError } from '@homing/protocol'
import { type Fetcher, type MetadataStore, refresh, type RefreshedClient } from '@homing/tuf'

import { maxTimestampBytes, wholeRefreshInterval } from './config.ts'
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

/** Where the time of the last whole refresh is kept, in milliseconds since the epoch. */
const refreshedAt = 'refreshed-at'

/**
 * Brings the trusted metadata up to date. First comes the timestamp alone: where it is the trusted one and has not expired,
 * nothing else is asked for. Otherwise, and at least once a day, the whole workflow runs from the root.
 * @throws HomingError METADATA_MISSING, METADATA_*, and those of the fetcher.
 */
export async function refreshMetadata(options: RefreshOptions): Promise<RefreshedMetadata> {
  const { metadataUrl, records, store, fetcher, platform, signal } = options
  const timestampUrl = `${metadataUrl}timestamp.json`
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
      fetcher: {
        fetch(url, maxBytes, signal) {
          if (url === timestampUrl) return Promise.resolve(timestamp.slice())
          if (skipRoot && url.endsWith('.root.json')) return Promise.resolve(undefined)
          return fetcher.fetch(url, maxBytes, signal)
        },
      },
    })

  const kept = await store.read('timestamp')
  if (kept && equalBytes(kept, timestamp) && (await isRecent(records, platform.time()))) {
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

/** Whether the last whole refresh was less than a day ago. A clock that was set back says that it was not. */
async function isRecent(records: MetadataRecords, now: number): Promise<boolean> {
  const bytes = await records.readMetadata(refreshedAt)
  const ago = now - Number(new TextDecoder().decode(bytes ?? new Uint8Array()))
  return bytes !== undefined && ago >= 0 && ago < wholeRefreshInterval
}
