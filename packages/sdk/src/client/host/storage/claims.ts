import { claimTimeout } from '../../config.ts'

/** Which versions the live tabs of one database serve, so that no tab deletes files that another one needs. */
export interface Claims {
  /** Claims a version for a model of this tab, beside those that it has claimed. Never rejects. */
  hold(model: string, manifestSha256: string): Promise<void>
  /** Gives up what this tab has claimed for the model, but this one. */
  settle(model: string, manifestSha256?: string): void
  /**
   * Runs `work` while no tab claims or cleans up, with the hashes that are claimed by any tab; by this one alone where
   * locks are missing, and nothing is known of others.
   */
  alone<T>(work: (claimed: ReadonlySet<string>, ofAllTabs: boolean) => Promise<T>): Promise<T>
  close(): void
}

/** A claim is a shared lock that is held for as long as the version serves: a tab that ends gives it away. */
export function claims(database: string): Claims {
  const { locks } = navigator as { locks?: LockManager }
  const prefix = `${database}/serves/`
  const cleanUp = `${database}/clean-up`
  /** What gives a claim up, by model and hash. */
  const held = new Map<string, Map<string, () => void>>()

  const take = (locks: LockManager, sha256: string): Promise<() => void> =>
    new Promise((resolve, reject) => {
      const hold = (): Promise<void> => new Promise((release) => resolve(release))
      locks.request(`${prefix}${sha256}`, { mode: 'shared' }, hold).catch(reject)
    })
  const ofDatabase = ({ held = [] }: LockManagerSnapshot): ReadonlySet<string> =>
    new Set(held.flatMap(({ name }) => (name?.startsWith(prefix) ? name.slice(prefix.length) : [])))

  const own = (): ReadonlySet<string> => new Set([...held.values()].flatMap((claimed) => [...claimed.keys()]))

  const settle = (model: string, sha256?: string): void => {
    const claimed = held.get(model)
    for (const [other, release] of claimed ?? []) {
      if (other === sha256) continue
      claimed!.delete(other)
      release()
    }
  }
  return {
    settle,
    async hold(model, sha256) {
      const claimed = held.get(model) ?? new Map<string, () => void>()
      held.set(model, claimed)
      if (claimed.has(sha256)) return
      claimed.set(sha256, () => undefined)
      if (!locks) return
      try {
        // A clean-up that hangs in another tab must not keep a model from serving.
        const signal = AbortSignal.timeout(claimTimeout)
        await locks.request(cleanUp, { mode: 'shared', signal }, async () => {
          const release = await take(locks, sha256)
          if (held.get(model)?.has(sha256)) held.get(model)!.set(sha256, release)
          else release() // given up meanwhile
        })
      } catch {
        // Refused where the user blocks site data (no other tab shares the database then), or the wait was too long.
      }
    },
    async alone(work) {
      if (!locks) return work(own(), false)
      return locks.request(cleanUp, async () => {
        const everywhere = ofDatabase(await locks.query())
        return work(new Set([...everywhere, ...own()]), true)
      })
    },
    close() {
      for (const model of held.keys()) settle(model)
    },
  }
}
