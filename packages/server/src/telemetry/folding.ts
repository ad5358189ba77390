import type { FastifyBaseLogger } from 'fastify'

import { batchesReadBack, foldEveryMs, orphanAfterMs } from '../config.ts'
import type { BatchRepository } from '../repositories/batch-repository.ts'
import type { RollupRepository } from '../repositories/rollup-repository.ts'
import { applyFold } from './apply-fold.ts'
import {
  addToFold,
  type Arrival,
  emptyFold,
  type FoldRules,
  isFull,
  type PendingFold,
} from './pending-fold.ts'
import { unpackBatch } from './telemetry-body.ts'

/** Folds batches into rollups. */
export interface Folding {
  /** Takes a batch that is on the disk; it is folded within about `foldEveryMs`. */
  add(arrival: Arrival): void
  /** How many batches this process knows that are not folded. */
  backlog(): number
  /** Resolves when everything that is on the disk now is folded, by this process or another. */
  settle(): Promise<void>
  /** Folds what it took, and ends. Idempotent. */
  end(): Promise<void>
}

/** What folding works with. */
export interface FoldingParts {
  readonly batches: BatchRepository
  readonly rollups: RollupRepository
  readonly rules: FoldRules
  readonly log: FastifyBaseLogger
}

/**
 * Folds what is taken, and at the start and now and then what a process that died or failed left. Batches are merged as they
 * come, so what waits in memory grows with the rollups they touch and not with their number; a batch whose fold fails is read
 * back from the disk later. Any number of processes may do so on one database.
 */
export function folding({ batches, rollups, rules, log }: FoldingParts): Folding {
  let open = emptyFold()
  const full: PendingFold[] = []
  const own = new Set<number>()
  let orphans: ReadonlySet<number> = new Set()
  let last: Promise<void> = Promise.resolve()
  let ended: Promise<void> | undefined

  const take = (fold: PendingFold, arrival: Arrival): void => {
    try {
      addToFold(fold, arrival, rules)
    } catch (err) {
      log.error({ err, app: arrival.app, seq: arrival.seq }, 'a batch could not be merged')
    }
  }

  const apply = async (fold: PendingFold): Promise<void> => {
    if (fold.seqs.length === 0) return
    const outcome = await applyFold(rollups, fold)
    if (outcome !== 'done') log.info({ outcome, batches: fold.seqs.length }, 'a fold is left to a later look')
    if (fold.refused > 0) log.info({ groups: fold.refused }, 'groups out of bounds count for nothing')
  }

  const foldTaken = async (): Promise<void> => {
    full.push(open)
    open = emptyFold()
    for (let fold = full.shift(); fold; fold = full.shift()) {
      try {
        await apply(fold)
      } finally {
        for (const seq of fold.seqs) own.delete(seq)
      }
    }
  }

  /** Folds batches that are on the disk and in no process's memory: all that nobody folded since the look before. */
  const foldLeft = async (isLeft: (seq: number) => boolean): Promise<void> => {
    const seen = new Set<number>()
    for (let after = 0; ;) {
      const seqs = await batches.unfolded(after, batchesReadBack)
      if (seqs.length === 0) break
      after = seqs.at(-1)!
      const others = seqs.filter((seq) => !own.has(seq))
      for (const seq of others) seen.add(seq)
      const fold = emptyFold()
      for (const { seq, app, hour, body } of await batches.read(others.filter(isLeft))) {
        const batch = unpackOrUndefined(body)
        if (batch) take(fold, { seq, app, hour, batch })
        else {
          log.error({ app, seq }, 'a batch cannot be read any more, and counts for nothing')
          fold.seqs.push(seq)
        }
      }
      await apply(fold)
      for (const seq of fold.seqs) seen.delete(seq)
    }
    orphans = seen
  }

  const next = (work: () => Promise<void>): Promise<void> => {
    last = last.then(work).catch((err: unknown) => log.error({ err }, 'batches could not be folded'))
    return last
  }
  const timers = [
    setInterval(() => void next(foldTaken), foldEveryMs),
    setInterval(() => void next(() => foldLeft((seq) => orphans.has(seq))), orphanAfterMs),
  ]
  for (const timer of timers) timer.unref()
  void next(() => foldLeft(() => true))

  return {
    add(arrival) {
      own.add(arrival.seq)
      take(open, arrival)
      if (!isFull(open)) return
      full.push(open)
      open = emptyFold()
    },
    backlog: () => own.size + orphans.size,
    settle: () => next(foldTaken).then(() => next(() => foldLeft(() => true))),
    end() {
      for (const timer of timers) clearInterval(timer)
      ended ??= next(foldTaken)
      return ended
    },
  }
}

function unpackOrUndefined(body: Uint8Array): Arrival['batch'] | undefined {
  try {
    return unpackBatch(body)
  } catch {
    return undefined // it was valid when it came: its version is no longer read, or the disk is damaged
  }
}
