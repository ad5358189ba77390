import type { Tensor } from '@homing/protocol'

import type { PredictReply } from '../runtime-api.ts'

/** The reply with outputs in buffers of their own: those of calls that were run as one lie in one. */
export function ownOutputs(reply: PredictReply): PredictReply {
  if (reply.batch === undefined) return reply
  const own = Object.entries(reply.outputs).map(
    ([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() } as Tensor] as const,
  )
  return { ...reply, outputs: Object.fromEntries(own) }
}
