import { HomingError } from '@homing/protocol'

import { gathered } from '../../transport/gathered.ts'
import { movableBuffers } from '../../transport/movable-buffers.ts'
import type { RuntimeApi } from '../runtime-api.ts'
import type { CallsMessage, EndsMessage, SentCall, SentEnd } from './call-messages.ts'

/** Answers the predictions that come on a port. Those that end in one task go back as one message; large outputs move. */
export function serveCalls({ predict }: Pick<RuntimeApi, 'predict'>, port: MessagePort): void {
  const aborts = new Map<number, AbortController>()

  const send = gathered<SentEnd>((ends) => {
    const outputs = ends.flatMap((end) => ('reply' in end ? Object.values(end.reply.outputs) : []))
    port.postMessage({ ends } satisfies EndsMessage, movableBuffers(outputs))
  })
  const run = ({ id, model, request }: SentCall): void => {
    const abort = new AbortController()
    aborts.set(id, abort)
    predict(model, request, abort.signal)
      .then(
        (reply) => send({ id, reply }),
        (error: unknown) => send({ id, error: HomingError.from(error).toJSON() }),
      )
      .finally(() => aborts.delete(id))
  }
  port.onmessage = ({ data: { calls, aborted } }: MessageEvent<CallsMessage>) => {
    for (const call of calls) run(call)
    for (const id of aborted) aborts.get(id)?.abort()
  }
}
