import type { Recorded, Recorder } from '../recorder.ts'
import { deadAfter, fullGroups, saveInterval } from './config.ts'
import type { Outbox, SealContext, Sealed } from './outbox.ts'

/** The part of a recorder that keeps what was counted. */
export type CountedFacts = Pick<Recorder, 'changed' | 'peek' | 'take' | 'restore' | 'erase' | 'settle'>

/** The sessions of a device, as far as tabs know of each other. */
export interface Sessions {
  /** Names this one. */
  readonly id: string
  /** Whether another one's page lives; undefined where that cannot be known. */
  readonly lives: (id: string) => Promise<boolean | undefined>
}

/** What keeps the running aggregate of one page. */
export interface Session {
  /** Something was counted: it is saved soon. */
  noted(): void
  /** Saves what was counted now. */
  save(): Promise<void>
  /** Takes over what pages that died have saved. */
  adopt(): Promise<void>
  /** Moves what was counted into batches. */
  seal(): Promise<void>
  /** Forgets what was counted, with the outbox. */
  erase(): Promise<void>
  /** Saves for the last time. */
  close(): Promise<void>
}

/** What a session works with. */
export interface SessionDeps {
  readonly recorder: CountedFacts
  readonly outbox: Outbox
  readonly sessions: Sessions
  /** Makes batches of what was counted. */
  readonly compose: (recorded: Recorded, context: SealContext) => Sealed
  readonly time: () => number
}

/**
 * The running aggregate: in memory, where counting takes no time, and a moment later in the outbox. What
 * is counted is in exactly one of: the memory, this session's save (which the memory replaces), a batch.
 */
export function createSession({ recorder, outbox, sessions, compose, time }: SessionDeps): Session {
  const { id } = sessions
  /** Whether something of this session is in the outbox. */
  let saved = false
  /** Whether something was counted that is in memory alone. */
  let unsaved = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let last: Promise<unknown> = Promise.resolve()

  /** One after another: what is saved is what is held then. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
  /** Consent was withdrawn in another tab, or another tab has what was saved: what is held would count twice. */
  const giveUp = (): void => {
    saved = false
    recorder.take()
  }
  const saveNow = async (): Promise<void> => {
    if (!unsaved && !recorder.changed) return
    const held = recorder.peek()
    unsaved = false
    try {
      if (!(await withRoom(outbox, () => outbox.save(id, held, saved, time())))) return giveUp()
    } catch (error) {
      unsaved = true
      throw error
    }
    saved = true
    if (held.groups.length >= fullGroups) await sealNow()
  }
  const sealNow = async (): Promise<void> => {
    const taken = recorder.take()
    if (taken.groups.length === 0 && taken.events.length === 0) return
    try {
      const sealed = await outbox.seal(id, saved, (context) => compose(taken, context), time())
      saved = false
      if (!sealed) giveUp()
    } catch (error) {
      recorder.restore(taken) // nothing of it is in a batch
      throw error
    }
  }
  const isDead = async (session: string, savedAt: number): Promise<boolean> => {
    if (session === id) return false
    return !((await sessions.lives(session)) ?? Math.abs(time() - savedAt) < deadAfter)
  }
  const noted = (): void => {
    unsaved = true
    timer ??= setTimeout(() => {
      timer = undefined
      inTurn(saveNow).catch(noted) // the disk is full, or closed: it is tried again
    }, saveInterval)
  }

  return {
    noted,
    save: () => inTurn(saveNow),
    adopt: () =>
      inTurn(async () => {
        const dead: string[] = []
        for (const { session, time: savedAt } of await outbox.sessions())
          if (await isDead(session, savedAt)) dead.push(session)
        if (dead.length === 0) return
        const own = recorder.peek()
        const merge = (snapshots: unknown[]): Recorded => {
          for (const snapshot of snapshots) recorder.restore(snapshot)
          return recorder.peek()
        }
        try {
          const adopted = await outbox.adopt({ session: id, saved, dead, merge, now: time() })
          if (adopted === undefined) giveUp()
          else saved ||= adopted
        } catch (error) {
          recorder.take() // what was merged is where it was
          recorder.restore(own)
          throw error
        }
      }),
    seal: () =>
      inTurn(async () => {
        await recorder.settle()
        await sealNow()
      }),
    erase: () =>
      inTurn(async () => {
        saved = false
        await recorder.erase()
        await outbox.erase()
      }),
    async close() {
      clearTimeout(timer)
      await inTurn(saveNow)
    },
  }
}

/** Makes room by dropping the oldest batch where the disk is full: what is counted now says more. */
async function withRoom<T>(outbox: Outbox, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'STORE_FULL' || !(await outbox.makeRoom())) throw error
    return write()
  }
}
