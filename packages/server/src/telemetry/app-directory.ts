import { appKeysFreshMs } from '../config.ts'
import type { AppKeyRecord, AppKeyRepository } from '../repositories/app-key-repository.ts'
import { appKeyHash } from './app-keys.ts'

/** The keys that are good now. What another process makes or revokes is known here after `appKeysFreshMs`. */
export interface AppDirectory {
  /** The key's record; undefined where it is unknown or revoked. */
  find(key: string): Promise<AppKeyRecord | undefined>
  /** Whether any key may be used from `origin`: what a preflight, which has no key, is answered by. */
  allows(origin: string): Promise<boolean>
  /** Reads the keys again at the next look: one was made or revoked here. */
  refresh(): void
}

/** A directory over `repository`, which is read at most once in `appKeysFreshMs`. `now` gives milliseconds. */
export function appDirectory(repository: AppKeyRepository, now: () => number): AppDirectory {
  let readAt = -Infinity
  let reading: Promise<ReadonlyMap<string, AppKeyRecord>> = Promise.resolve(new Map())

  const present = (): Promise<ReadonlyMap<string, AppKeyRecord>> => {
    const time = now()
    if (time >= readAt && time - readAt < appKeysFreshMs) return reading
    readAt = time
    const fresh = repository.list().then(bySha256)
    fresh.catch(() => (readAt = -Infinity))
    reading = fresh
    return fresh
  }

  return {
    find: async (key) => (await present()).get(appKeyHash(key)),
    async allows(origin) {
      for (const { origins } of (await present()).values()) if (allowsOrigin(origins, origin)) return true
      return false
    },
    refresh() {
      readAt = -Infinity
    },
  }
}

/** Whether `origin`, as the browser sent it, is one of `origins`. */
export function allowsOrigin(origins: readonly string[], origin: string): boolean {
  return origins.includes('*') || origins.includes(origin)
}

function bySha256(records: readonly AppKeyRecord[]): ReadonlyMap<string, AppKeyRecord> {
  return new Map(
    records.filter(({ revokedAt }) => revokedAt === undefined).map((record) => [record.sha256, record]),
  )
}
