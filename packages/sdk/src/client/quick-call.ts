import { HomingError } from '@homing/protocol'

import type { EventsByName, PredictReply, PredictRequest } from '../runtime/runtime-api.ts'
import { faultPoint } from '../faults/fault-point.ts'
import type { CallCount } from './call-count.ts'
import type { Turn } from './call-options.ts'
import type { CallRoom } from './call-room.ts'
import type { RepeatedCalls } from './repeated-calls.ts'
import type { RetainedInputs } from './retained-inputs.ts'

/** A call with everything at hand that it needs, of a version without windows. */
export interface QuickCall {
  readonly model: string
  /**
   * Copies its inputs, where they are plain tensors. Handed over, since a module that is loaded late must import nothing that
   * comes with the page's first: bundlers put that into the app's own script, which may wait for the model at its top level.
   * @throws HomingError MEMORY_EXCEEDED
   */
  readonly retain: (room: CallRoom) => RetainedInputs | undefined
  readonly turn: Turn
  readonly count: Pick<CallCount, 'add'>
  /** Told when it leaves; gives what is told when it ended, and how where it failed. */
  readonly watch: () => (error?: unknown) => void
  /** Makes it again where it was lost; the first time is over. */
  readonly repeated: RepeatedCalls
  /** Makes it again. */
  readonly predict: (retained: RetainedInputs) => Promise<PredictReply>
}

const noEvents: EventsByName = {}
const noWindows: NonNullable<PredictRequest['windows']> = []

/**
 * Sends a call before it returns: of many calls at once, each promise that they pass on their way is felt. Undefined where the
 * inputs are not plain tensors.
 * @throws HomingError MEMORY_EXCEEDED
 */
export function quickCall(
  send: (model: string, request: PredictRequest) => Promise<PredictReply>,
  room: CallRoom,
  { model, retain, turn, count, watch, repeated, predict }: QuickCall,
): Promise<PredictReply> | undefined {
  const retained = retain(room)
  if (!retained) return undefined
  const request = {
    inputs: retained.inputs,
    now: Date.now(),
    events: noEvents,
    windows: noWindows,
    ...turn,
  }
  faultPoint('call-retained')
  count.add(1)
  const ended = watch()
  const call = send(model, request)
  faultPoint('call-sent')
  return call.then(
    (reply) => {
      faultPoint('call-answered')
      ended()
      count.add(-1)
      retained.release()
      return reply
    },
    async (error: unknown) => {
      ended(error)
      let made = false
      try {
        return await repeated(() => {
          if (made) return predict(retained)
          made = true
          return Promise.reject(HomingError.from(error, 'ENGINE_FAILED'))
        })
      } finally {
        count.add(-1)
        retained.release()
      }
    },
  )
}
