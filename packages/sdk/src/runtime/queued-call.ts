import { HomingError } from '@homing/protocol'

import { closeInputs } from '../inputs/read-inputs.ts'
import type { Call, CallEnd } from './run-call.ts'
import type { PredictReply, PredictRequest } from './runtime-api.ts'

/** A call in a queue, whose promise settles once. */
export interface QueuedCall extends Call {
  readonly promise: Promise<PredictReply>
  readonly settled: boolean
  /** Whether it shares its run with no other call. */
  alone: boolean
  /** Settles the promise; bitmaps that nobody has read are closed. Later calls do nothing. */
  settle(end: Exclude<CallEnd, { kind: 'broken' }>): void
}

/** Makes a call that rejects with ABORTED as soon as `signal` aborts, and then calls `onAbort`. */
export function queuedCall(
  request: PredictRequest,
  signal: AbortSignal | undefined,
  onAbort: (call: QueuedCall) => void,
): QueuedCall {
  const { promise, resolve, reject } = deferred<PredictReply>()
  let settled = false
  const call: QueuedCall = {
    request,
    enqueued: performance.now(),
    promise,
    alone: request.batch === false || request.hold !== undefined || request.held !== undefined,
    get settled() {
      return settled
    },
    settle(end) {
      if (settled) return
      settled = true
      signal?.removeEventListener('abort', abort)
      if (end.kind === 'done') resolve(end.reply)
      else reject(end.error)
      if (call.inputs === undefined) closeInputs(request.inputs)
    },
  }
  const abort = (): void => {
    call.settle({ kind: 'refused', error: new HomingError('ABORTED', 'The prediction was aborted.') })
    onAbort(call)
  }
  if (signal?.aborted) abort()
  else signal?.addEventListener('abort', abort)
  return call
}

/** `Promise.withResolvers`, which Safari 16 and Node 20 lack. */
function deferred<T>(): {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: HomingError) => void
} {
  let resolve!: (value: T) => void
  let reject!: (error: HomingError) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
