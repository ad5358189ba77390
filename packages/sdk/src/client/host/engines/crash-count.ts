import { maxCrashes } from '../../config.ts'

/** Counts how often the engine died under each version, by the hash of its manifest, for as long as the host lives. */
export interface CrashCount {
  /** One more. True when it is one too many. */
  add(manifestSha256: string): boolean
}

export function crashCount(): CrashCount {
  const crashes = new Map<string, number>()
  return {
    add(manifestSha256) {
      const count = (crashes.get(manifestSha256) ?? 0) + 1
      crashes.set(manifestSha256, count)
      return count >= maxCrashes
    },
  }
}
