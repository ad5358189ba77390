import { HomingError } from '@homing/protocol'
import type { FastifyBaseLogger } from 'fastify'

import { commitGatherMs, maxBatchesPerCommit, maxWaitingBytes, overloadedRetrySeconds } from '../config.ts'
import type { BatchRepository, NewBatch } from '../repositories/batch-repository.ts'

/** Batches on their way to the disk. */
export interface CommitQueue {
  /**
   * Resolves once `batch` is on the disk, with its number, or undefined where it was there before.
   * @throws HomingError OVERLOADED: too many wait, the disk failed, or the queue was closed; it may be there all the same.
   */
  add(batch: NewBatch): Promise<number | undefined>
  /** Takes no more; resolves when all that wait were written or refused. Idempotent. */
  close(): Promise<void>
}

interface Waiting {
  readonly batch: NewBatch
  resolve(seq: number | undefined): void
  reject(error: unknown): void
}

/**
 * Writes many batches with one commit, hence one sync of the disk: those that come while one is under way share the next.
 * At most `most` wait.
 */
export function commitQueue(batches: BatchRepository, most: number, log: FastifyBaseLogger): CommitQueue {
  const waiting: Waiting[] = []
  let bytes = 0
  let closed = false
  let running: Promise<void> | undefined

  const flush = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const seqs = await batches.add(group.map(({ batch }) => batch))
      group.forEach(({ resolve }, i) => resolve(seqs[i]))
    } catch (err) {
      log.error({ err, batches: group.length }, 'batches could not be written')
      for (const { reject } of group) reject(overloaded('The server cannot write now.'))
    }
  }

  const run = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, commitGatherMs))
    while (waiting.length > 0) {
      const group = waiting.splice(0, maxBatchesPerCommit)
      for (const { batch } of group) bytes -= batch.body.byteLength
      await flush(group)
      // The commit blocked: what came meanwhile is read before the next.
      await new Promise((resolve) => setImmediate(resolve))
    }
    running = undefined
  }

  return {
    add(batch) {
      if (closed || waiting.length >= most || bytes + batch.body.byteLength > maxWaitingBytes)
        return Promise.reject(overloaded('Too many batches wait to be written.'))
      bytes += batch.body.byteLength
      return new Promise((resolve, reject) => {
        waiting.push({ batch, resolve, reject })
        running ??= run()
      })
    },
    async close() {
      closed = true
      await running
    },
  }
}

/** What tells a client to come back later. */
export function overloaded(problem: string): HomingError {
  return new HomingError('OVERLOADED', problem, { details: { retryAfter: overloadedRetrySeconds } })
}
