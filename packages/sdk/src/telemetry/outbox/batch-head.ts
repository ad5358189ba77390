import type { DropReason } from '@homing/protocol'

import { maxAttempts, maxBatchAge, maxBatches, maxWaitingBytes } from './config.ts'
import type { Dropped } from './outbox.ts'

/** What is known of a batch without its body. */
export interface BatchHead {
  readonly id: string
  /** Later ones have greater numbers. */
  readonly order: number
  readonly bytes: number
  /** Milliseconds since the epoch, by the clock of the device. */
  readonly made: number
  readonly attempts: number
  readonly dropped: Dropped
}

/** Which goes first: one that keeps failing does not hold up the others. */
export function byTurn(a: BatchHead, b: BatchHead): number {
  return a.attempts - b.attempts || a.order - b.order
}

/** What has to go so that the rest keeps within the bounds, oldest first, and why. */
export function overflow(
  heads: readonly BatchHead[],
  now: number,
): { readonly head: BatchHead; readonly reason: DropReason }[] {
  const gone: { head: BatchHead; reason: DropReason }[] = []
  const oldestFirst = [...heads].sort((a, b) => a.order - b.order)
  let count = heads.length
  let bytes = heads.reduce((sum, head) => sum + head.bytes, 0)
  for (const head of oldestFirst) {
    const reason = reasonToDrop(head, now, count, bytes)
    if (!reason) continue
    gone.push({ head, reason })
    count--
    bytes -= head.bytes
  }
  return gone
}

function reasonToDrop(head: BatchHead, now: number, count: number, bytes: number): DropReason | undefined {
  if (now - head.made > maxBatchAge) return 'age' // a clock that went backwards makes nothing old
  if (head.attempts >= maxAttempts) return 'refused' // by a server that cannot say why
  if (count > maxBatches) return 'count'
  return bytes > maxWaitingBytes ? 'bytes' : undefined
}

/** The sum of what was dropped. */
export function addDropped(...parts: readonly Dropped[]): Dropped {
  const sum: Partial<Record<DropReason, number>> = {}
  for (const part of parts)
    for (const [reason, count] of Object.entries(part) as [DropReason, number][])
      sum[reason] = (sum[reason] ?? 0) + count
  return sum
}

/** What is to be reported once these batches are gone: their drops, and those that they were to report. */
export function dropsOf(gone: readonly { readonly head: BatchHead; readonly reason: DropReason }[]): Dropped {
  return addDropped(...gone.flatMap(({ head, reason }) => [head.dropped, { [reason]: 1 }]))
}
