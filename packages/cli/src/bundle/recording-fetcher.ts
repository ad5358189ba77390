import { HomingError } from '@homing/protocol'
import { type Fetcher, webFetcher } from '@homing/tuf'

import { requestAttempts } from '../config.ts'
import { pauseFor } from '../publish/pause-for.ts'
import { retried, type Retry } from '../publish/retried.ts'

/** Where files come from. */
export interface RecordingOptions {
  /** URL of the repository, with a slash at its end. */
  readonly repository: string
  /** Shown to the repository alone, for private models. */
  readonly token?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly fetch?: typeof globalThis.fetch
  readonly wait?: Retry['wait']
}

/** A fetcher that keeps what it fetched, so that another client finds the same files where this one did. */
export interface RecordingFetcher {
  readonly fetcher: Fetcher
  /** A blob, which is not kept. @throws HomingError HTTP_STATUS when there is none, and those of a fetcher. */
  blob(path: string, size: number): Promise<Uint8Array<ArrayBuffer>>
  /** Bytes by their place in the repository. */
  files(): Map<string, Uint8Array<ArrayBuffer>>
}

export function recordingFetcher(options: RecordingOptions): RecordingFetcher {
  const { repository, token, signal, fetch = globalThis.fetch, wait = pauseFor } = options
  const kept = new Map<string, Uint8Array<ArrayBuffer>>()
  const retry: Retry = { attempts: requestAttempts, wait, random: Math.random, signal }
  const web = webFetcher({
    now: () => performance.now(),
    fetch: (url, how) =>
      fetch(
        url,
        token === undefined
          ? how
          : { ...how, redirect: 'error', headers: { authorization: `Bearer ${token}` } },
      ),
  })
  const ask: Fetcher['fetch'] = (url, maxBytes) =>
    retried(async () => {
      try {
        return await web.fetch(url, maxBytes, signal)
      } catch (error) {
        if (!(error instanceof HomingError && error.details.status === 401)) throw error
        throw new HomingError('UNAUTHORIZED', `${url} is private: pass a token`, { cause: error })
      }
    }, retry)
  return {
    fetcher: {
      async fetch(url, maxBytes) {
        const bytes = await ask(url, maxBytes)
        if (bytes) kept.set(decodeURI(url.slice(repository.length)), bytes)
        return bytes
      },
    },
    async blob(path, size) {
      const bytes = await ask(repository + path, size)
      if (bytes) return bytes
      throw new HomingError('HTTP_STATUS', `The repository has no ${path}, or does not give it to everyone`)
    },
    files: () => new Map(kept),
  }
}
