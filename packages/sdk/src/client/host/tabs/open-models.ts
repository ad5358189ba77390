import { forgetTimeout } from '../../config.ts'

/** Which models the tabs of one database have open, so that a model is forgotten when nobody uses it any more. */
export interface OpenModels {
  /** Holds `model` open for this tab, after a tab that forgets it. Resolves to what gives it up. Never rejects. */
  hold(model: string): Promise<() => void>
  /**
   * Runs `work` while no tab has `model` open, or any model when it is undefined; but also beside a tab that does not
   * give its models up in time, and at once where locks are missing.
   */
  whenClosed<T>(model: string | undefined, work: () => Promise<T>): Promise<T>
}

/** An open model is two shared locks: its own, and one of all models. A tab that ends gives them away. */
export function openModels(database: string): OpenModels {
  const { locks } = navigator as { locks?: LockManager }
  const anyModel = `${database}/open`
  const lockOf = (model: string): string => `${anyModel}/${model}`

  const take = (name: string, signal: AbortSignal): Promise<() => void> =>
    new Promise((resolve, reject) => {
      const hold = (): Promise<void> => new Promise((release) => resolve(release))
      locks!.request(name, { mode: 'shared', signal }, hold).catch(reject)
    })

  return {
    async hold(model) {
      const releases: (() => void)[] = []
      try {
        const signal = AbortSignal.timeout(forgetTimeout) // a tab that hangs while it forgets keeps nobody from serving
        if (locks) for (const name of [anyModel, lockOf(model)]) releases.push(await take(name, signal))
      } catch {
        // Refused where the user blocks site data: nothing is shared with other tabs then.
      }
      return () => {
        for (const release of releases) release()
      }
    },
    async whenClosed(model, work) {
      if (!locks) return work()
      const wait = new AbortController()
      const timer = setTimeout(() => wait.abort(), forgetTimeout)
      let begun = false as boolean
      try {
        return await locks.request(
          model === undefined ? anyModel : lockOf(model),
          { signal: wait.signal },
          () => {
            begun = true
            return work()
          },
        )
      } catch (error) {
        if (begun) throw error
        return await work() // a tab hangs, or locks are refused
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
