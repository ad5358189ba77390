import type { AccessClaims } from '@homing/protocol'

import { maxWait } from '../../../delivery/config.ts'
import type { DeliveryPlatform } from '../../../delivery/ports.ts'
import type { TokenSession } from '../../../delivery/private/token-session.ts'
import { within } from '../../../delivery/within.ts'
import type { Store } from '../../../store/store.ts'
import { accessRenewal, forgetRetry, renewalPatience } from '../../config.ts'

/** Ends the use of private models when the user's access to them ends. */
export interface AccessEnds {
  /** Before a model opens: deletes it when its time is over, and no new token gives it more. */
  settle(model: string): Promise<void>
  /** A new token says until when the user may have models. */
  heard(claims: AccessClaims): Promise<void>
  close(): void
}

/** What access ends with. */
export interface AccessEndDeps {
  readonly store: () => Promise<Store>
  readonly tokens: Pick<TokenSession, 'renew'>
  /** Milliseconds since the epoch. */
  readonly time: () => number
  readonly sleep: DeliveryPlatform['sleep']
  /** Closes a model in every tab, and deletes it. */
  readonly forget: (model: string) => Promise<void>
}

export function createAccessEnds({ store, tokens, time, sleep, forget }: AccessEndDeps): AccessEnds {
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  const isOver = (until: number): boolean => until <= time()
  const schedule = (model: string, until: number): void => {
    clearTimeout(timers.get(model))
    const left = until - time()
    // Once when the end comes near, for a renewal, and once when it is there.
    const wait = left > accessRenewal ? left - accessRenewal : left
    const look = (): void => void settle(model).catch(() => schedule(model, time() + forgetRetry))
    timers.set(model, setTimeout(look, Math.min(Math.max(wait, 0), maxWait)))
  }
  const endOf = async (model: string): Promise<number | undefined> =>
    (await (await store()).readModel(model))?.until

  const renew = async (): Promise<void> => {
    const claims = await tokens.renew()
    if (claims) await heard(claims)
  }
  const settle = async (model: string): Promise<void> => {
    let until = await endOf(model)
    if (until === undefined) return
    if (until - time() <= accessRenewal) {
      // Offline, or signed out; or the app takes its time, and what it gives then is heard all the same.
      await within({ sleep }, renewalPatience, renew(), 'No new token').catch(() => undefined)
      until = (await endOf(model)) ?? until
    }
    if (isOver(until)) await forget(model)
    else schedule(model, until)
  }
  const heard = async ({ homing }: AccessClaims): Promise<void> => {
    const kept = await store()
    for (const [model, seconds] of Object.entries(homing.models)) {
      const until = seconds * 1000
      schedule(model, until) // also for one that is on its way
      if (await kept.readModel(model)) await kept.updateModel(model, (record) => ({ ...record, until }))
    }
  }
  return {
    settle,
    heard,
    close() {
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
