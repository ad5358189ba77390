import { HomingError } from '@homing/protocol'

import type { CallsMessage, EndsMessage } from '../runtime/calls/call-messages.ts'
import { ownOutputs } from '../runtime/calls/own-outputs.ts'
import { packCalls } from '../runtime/calls/packed-calls.ts'
import { unpackEnds } from '../runtime/calls/packed-ends.ts'
import type { SentCall, SentEnd } from '../runtime/calls/sent-call.ts'
import type { PredictReply, PredictRequest } from '../runtime/runtime-api.ts'
import { gathered } from '../transport/gathered.ts'
import { callRoom } from './call-room.ts'
import { type QuickCall, quickCall } from './quick-call.ts'

/** The predictions of one page on one engine's worker. */
export interface CallPort {
  /** Sends a call before it returns, where it is as simple as most are; undefined where it is not. */
  quick(call: QuickCall): Promise<PredictReply> | undefined
  /** Rejects with what the worker says, or with the reason of its death; an abort is passed on. `moved` leaves the page. */
  predict(
    model: string,
    request: PredictRequest,
    signal?: AbortSignal,
    moved?: readonly Transferable[],
  ): Promise<PredictReply>
}

/** A call that waits for its end. */
interface Pending {
  readonly resolve: (reply: PredictReply) => void
  readonly reject: (error: HomingError) => void
}

/** What leaves with the next message. */
type Outgoing =
  { readonly call: SentCall; readonly moved: readonly Transferable[] } | { readonly aborted: number }

/** Calls that are made in one task leave as one message. After `died`, every call rejects with what that says. */
export function callPort(port: MessagePort, died: Promise<HomingError>): CallPort {
  const pending = new Map<number, Pending>()
  let death: HomingError | undefined
  let last = 0

  const settle = (id: number, end: (call: Pending) => void): void => {
    const call = pending.get(id)
    pending.delete(id)
    if (call) end(call)
  }
  const post = (calls: readonly SentCall[], aborted: readonly number[], moved: Transferable[]): void => {
    const packed = packCalls(calls)
    const tensors = packed.flatMap((call) => ('ids' in call ? Object.values(call.tensors) : []))
    port.postMessage({ calls: packed, aborted } satisfies CallsMessage, [
      ...moved,
      ...tensors.map(({ data }) => data.buffer as ArrayBuffer),
    ])
  }

  const send = gathered<Outgoing>((outgoing) => {
    const calls = outgoing.flatMap((item) => ('call' in item ? item : []))
    const aborted = outgoing.flatMap((item) => ('aborted' in item ? item.aborted : []))
    try {
      post(
        calls.map(({ call }) => call),
        aborted,
        calls.flatMap(({ moved }) => moved),
      )
    } catch {
      if (aborted.length > 0) post([], aborted, [])
      for (const { call, moved } of calls) postAlone(call, moved) // one of them cannot be sent
    }
  })
  const postAlone = (call: SentCall, moved: readonly Transferable[]): void => {
    try {
      post([call], [], [...moved])
    } catch (cause) {
      const message =
        'The inputs cannot be sent to the worker: they hold what was transferred before, or what no message can carry.'
      settle(call.id, ({ reject }) => reject(new HomingError('INPUT_VALUE', message, { cause })))
    }
  }

  port.onmessage = ({ data: { ends } }: MessageEvent<EndsMessage>) => {
    for (const end of ends.flatMap((sent) => ('ids' in sent ? unpackEnds(sent) : ownEnd(sent)))) {
      settle(end.id, ({ resolve, reject }) =>
        'reply' in end ? resolve(end.reply) : reject(HomingError.from(end.error)),
      )
    }
  }
  void died.then((error) => {
    death = error
    port.close()
    for (const id of [...pending.keys()]) settle(id, ({ reject }) => reject(error))
  })

  const room = callRoom()
  const calls: CallPort = {
    quick: (call) => quickCall((model, request) => calls.predict(model, request), room, call),
    predict(model, request, signal, moved = noBuffers) {
      if (death) return Promise.reject(death)
      const id = ++last
      return new Promise<PredictReply>((resolve, reject) => {
        if (!signal) {
          pending.set(id, { resolve, reject })
          send({ call: { id, model, request }, moved })
          return
        }
        const abort = (): void => send({ aborted: id })
        const end = (settled: () => void): void => {
          signal.removeEventListener('abort', abort)
          settled()
        }
        pending.set(id, {
          resolve: (reply) => end(() => resolve(reply)),
          reject: (error) => end(() => reject(error)),
        })
        signal.addEventListener('abort', abort, { once: true })
        send({ call: { id, model, request, abortable: true }, moved })
        if (signal.aborted) abort()
      })
    },
  }
  return calls
}

const noBuffers: readonly Transferable[] = []

/** The end of a call that shared its run, but was sent by itself: its outputs are parts of the run's. */
function ownEnd(end: SentEnd): SentEnd {
  return 'reply' in end ? { ...end, reply: ownOutputs(end.reply) } : end
}
