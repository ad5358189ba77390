import { type FileRef, HomingError } from '@homing/protocol'

import { type BlobArrival, openArrival, type PieceKeeper } from './blob-arrival.ts'
import { maxBlobAttempts, maxSpoiledCopies, worthwhileBytes } from './config.ts'
import { isIntact } from './is-intact.ts'
import type { DeliveryPlatform } from './ports.ts'
import { type Distrust, requestRest } from './request-rest.ts'
import { waitAfter } from './retry.ts'

/** How a blob is received. */
export interface BlobOptions {
  readonly signal?: AbortSignal | undefined
  /** Bytes that are there; fewer again after a copy turned out to be spoiled. */
  readonly onBytes?: ((received: number) => void) | undefined
  /** Keeps what arrives, and gives what arrived before. */
  readonly keeper?: PieceKeeper | undefined
  /** Where the blob is put when it fits in: the caller's again once it has done with the blob. */
  readonly memory?: ArrayBuffer | undefined
  /** Runs what needs the blob's size of memory once more, one after another. */
  readonly inTurn?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined
}

/**
 * A blob, verified. A cut is gone on from where it was: within this call and, with a keeper, after it. It ends when several
 * attempts in a row bring next to nothing, and when copies are spoiled again and again. A spoiled one that was begun before
 * this call costs one download and no more: a bad piece on the device is dropped with it.
 */
export async function receiveBlob(
  platform: DeliveryPlatform,
  url: string,
  ref: FileRef,
  { signal, onBytes, keeper, memory, inTurn = (work) => work() }: BlobOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const arrival = await openArrival(ref, keeper, memory)
  const distrust: Distrust = { caches: false, ranges: false, tags: false }
  const tries = createTries(arrival)
  if (arrival.received > 0) onBytes?.(arrival.received)
  for (;;) {
    try {
      signal?.throwIfAborted()
      if (arrival.received < ref.size || ref.size === 0)
        await requestRest({ platform, url, ref, arrival, distrust, signal, onBytes })
      if (await inTurn(() => isIntact(ref, arrival.bytes))) return arrival.bytes
      await arrival.discard()
      throw spoiledCopy(url, ref)
    } catch (cause) {
      const error = asFailure(cause, signal, url)
      await arrival.flush().catch(() => undefined) // what cannot be kept comes again
      if (error.code === 'INTEGRITY_FAILED') distrust.caches = true
      const number = tries.failed(error)
      const wait = number === undefined ? undefined : waitAfter(error, number, platform.random())
      if (wait === undefined) throw error
      await platform.sleep(wait, signal)
    }
  }
}

/** Counts what speaks against one more attempt. */
function createTries(arrival: BlobArrival): { failed(error: HomingError): number | undefined } {
  /** Not all of what is here came in this call. */
  let begunBefore = arrival.received > 0
  let most = arrival.received
  let failures = 0
  let spoiled = 0
  return {
    /** Which attempt in a row has failed by now; undefined when there shall be no other. */
    failed({ code }) {
      if (code === 'INTEGRITY_FAILED' && arrival.received === 0) {
        if (!begunBefore) spoiled++
        begunBefore = false
      }
      failures = arrival.received - most >= worthwhileBytes ? 1 : failures + 1
      most = Math.max(most, arrival.received)
      return spoiled >= maxSpoiledCopies || failures >= maxBlobAttempts ? undefined : failures
    },
  }
}

function asFailure(cause: unknown, signal: AbortSignal | undefined, url: string): HomingError {
  if (!signal?.aborted) return HomingError.from(cause)
  if (cause instanceof HomingError && cause.code === 'ABORTED') return cause
  return new HomingError('ABORTED', `The download of ${url} was aborted`, { cause: signal.reason })
}

function spoiledCopy(url: string, ref: FileRef): HomingError {
  return new HomingError('INTEGRITY_FAILED', `${url} does not have the bytes that its hash names`, {
    details: { sha256: ref.sha256, size: ref.size, received: ref.size },
  })
}
