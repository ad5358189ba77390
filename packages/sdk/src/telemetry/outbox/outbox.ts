import type { DropReason } from '@homing/protocol'

/** How much was dropped, by reason; it is reported with the next batch. */
export type Dropped = Readonly<Partial<Record<DropReason, number>>>

/** The running aggregate of a session, a page's while it is open, as it was saved last: JSON, opaque here. */
export interface SavedSession {
  readonly session: string
  readonly snapshot: unknown
  /** Milliseconds since the epoch, by the clock of the device. */
  readonly time: number
}

/** Who takes over what dead sessions have saved. */
export interface Adoption {
  readonly session: string
  /** As of `save`. */
  readonly saved: boolean
  readonly dead: readonly string[]
  /** Synchronous: it is called within the transaction. */
  readonly merge: (snapshots: unknown[]) => unknown
  readonly now: number
}

/** A batch as it is made. */
export interface NewBatch {
  /** What makes it count once, however often it arrives. */
  readonly id: string
  /** JSON. */
  readonly body: string
  /** The drops that it reports: they are counted again when it is dropped itself. */
  readonly dropped: Dropped
}

/** A batch that waits to be sent. */
export interface WaitingBatch extends NewBatch {
  /** How often it has failed by itself. */
  readonly attempts: number
}

/** A device's first batch of a day for a version of a model: it is marked so once, and never again. */
export interface FirstMark {
  readonly model: string
  readonly version: string
  /** Days since the epoch. */
  readonly day: number
}

/** What a batch has to know of the device. */
export interface SealContext {
  /** Whether a batch was marked already. */
  readonly isMarked: (mark: FirstMark) => boolean
  /** What was dropped and is to be reported. */
  readonly dropped: Dropped
}

/** What a running aggregate was made into. */
export interface Sealed {
  readonly batches: readonly NewBatch[]
  /** The marks that these batches carry. */
  readonly marks: readonly FirstMark[]
}

/** Makes batches of what the caller holds. Called within a transaction, hence synchronous. */
export type Compose = (context: SealContext) => Sealed

/** Until when nothing is to be sent, in milliseconds since the epoch by the clock of the device. */
export interface Pause {
  readonly from: number
  readonly until: number
  /** How many rounds have failed one after another. */
  readonly failures: number
  /** The server asked for it: nothing shortens it. */
  readonly asked: boolean
}

/** How full an outbox is. */
export interface OutboxStatus {
  readonly kind: 'indexeddb' | 'memory'
  /** Why it is in memory, where that is not by choice. */
  readonly reason?: string | undefined
  readonly batches: number
  /** Of batches. */
  readonly bytes: number
  /** What has not been reported yet. */
  readonly dropped: Dropped
  readonly pause?: Pause | undefined
}

/**
 * What waits on the device to go home: the running aggregates of its sessions, and the batches that were made of them. Every
 * method is one transaction, over all tabs; what resolved is there after a crash. Batches are bounded by count, bytes and age:
 * the oldest go, and each drop is counted. Methods reject with STORE_FULL or STORE_UNAVAILABLE, and have changed nothing then.
 */
export interface Outbox {
  /**
   * Saves what a session has counted, in the place of what it saved before; `saved` says whether it thinks that something
   * of it is there. False: that is gone, because consent was withdrawn, or because another tab took this one for dead and
   * has adopted it. Nothing was saved then, and the session must forget what it holds: it would count twice.
   */
  save(session: string, snapshot: unknown, saved: boolean, now: number): Promise<boolean>
  /** All that sessions have saved. */
  sessions(): Promise<SavedSession[]>
  /**
   * Moves what dead sessions have saved into this one: `merge` takes it in, and gives what is to be saved of this session. It is
   * not called where another has it already. Undefined as false of `save`; else whether anything was moved.
   */
  adopt(adoption: Adoption): Promise<boolean | undefined>
  /**
   * Moves what a session holds into batches, and deletes what it has saved. False as of `save`. So each count is in one
   * batch, once, whenever the device dies.
   */
  seal(session: string, saved: boolean, compose: Compose, now: number): Promise<boolean>
  /** What `seal` would give to `compose` now. */
  context(): Promise<SealContext>
  /** The batch to send next: one that failed less often goes first, then the oldest. What is too old is dropped before. */
  next(now: number): Promise<WaitingBatch | undefined>
  /** All batches that wait, in that order. */
  waiting(): Promise<WaitingBatch[]>
  /** Deletes a batch that has arrived. */
  acknowledge(id: string): Promise<void>
  /** Drops a batch that will never be taken. */
  drop(id: string, reason: DropReason): Promise<void>
  /** Notes that a batch failed by itself; too often, and it is dropped. */
  fail(id: string): Promise<void>
  /** Drops the batch that is the first to go, to make room. False where there is none. */
  makeRoom(): Promise<boolean>
  readPause(): Promise<Pause | undefined>
  writePause(pause: Pause | undefined): Promise<void>
  /** The level that the user has chosen on this device. */
  readConsent(): Promise<string | undefined>
  /** Notes it. With `off`, all that was counted is deleted in the same step. */
  writeConsent(level: string): Promise<void>
  /** Deletes all that was counted and has not been sent, and the predictions that wait for feedback. Marks stay: a device is counted once a day. */
  erase(): Promise<void>
  status(): Promise<OutboxStatus>
  /** Idempotent. */
  close(): Promise<void>
}
