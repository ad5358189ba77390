import { HomingError, type Tensor } from '@homing/protocol'

import { gathered } from '../../transport/gathered.ts'
import { movableBuffers } from '../../transport/movable-buffers.ts'
import type { PredictReply, RuntimeApi } from '../runtime-api.ts'
import type { CallsMessage, EndsMessage } from './call-messages.ts'
import { unpackCalls } from './packed-calls.ts'
import type { PackedEnds, packEnds } from './packed-ends.ts'
import type { SentCall, SentEnd } from './sent-call.ts'

/** The outputs of a call and of the models that followed it. */
function outputsOf({ outputs, next = {} }: PredictReply): Tensor[] {
  return [...Object.values(outputs), ...Object.values(next).flatMap(outputsOf)]
}

/** Answers the predictions that come on a port. Those that end in one task go back as one message; large outputs move. */
export function serveCalls({ predict }: Pick<RuntimeApi, 'predict'>, port: MessagePort): void {
  const aborts = new Map<number, AbortController>()

  let pack: typeof packEnds | undefined
  /** No part of a cold load: a page that calls once at a time needs none. */
  const loadPack = (): Promise<unknown> =>
    import('./packed-ends.ts').then(
      (loaded) => (pack = loaded.packEnds),
      () => undefined, // they are sent one by one
    )
  const post = (ends: readonly SentEnd[], sent: readonly (SentEnd | PackedEnds)[]): void => {
    const outputs = ends.flatMap((end) => ('reply' in end ? outputsOf(end.reply) : []))
    port.postMessage({ ends: sent } satisfies EndsMessage, movableBuffers(outputs))
  }
  const send = gathered<SentEnd>((ends) => {
    if (ends.length < 2) post(ends, ends)
    else if (pack) post(ends, pack(ends))
    else void loadPack().then(() => post(ends, pack?.(ends) ?? ends))
  })
  const signalOf = (id: number): AbortSignal => {
    const abort = new AbortController()
    aborts.set(id, abort)
    return abort.signal
  }
  const end = (ended: SentEnd): void => {
    aborts.delete(ended.id)
    send(ended)
  }
  const run = ({ id, model, request, abortable }: SentCall): void => {
    predict(model, request, abortable && signalOf(id)).then(
      (reply) => end({ id, reply }),
      (error: unknown) => end({ id, error: HomingError.from(error).toJSON() }),
    )
  }
  port.onmessage = ({ data: { calls, aborted } }: MessageEvent<CallsMessage>) => {
    for (const call of calls) for (const single of 'ids' in call ? unpackCalls(call) : [call]) run(single)
    for (const id of aborted) aborts.get(id)?.abort()
  }
}
