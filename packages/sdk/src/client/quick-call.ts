import type { EventsByName, PredictReply, PredictRequest } from '../runtime/runtime-api.ts'
import { faultPoint } from '../faults/fault-point.ts'
import type { Turn } from './call-options.ts'
import type { CallPort } from './call-port.ts'
import type { CallRoom } from './call-room.ts'
import type { PageInput } from './page-input.ts'
import { retainTensors } from './retain-tensors.ts'
import type { RetainedInputs } from './retained-inputs.ts'

/** A call with everything at hand that it needs, of a version without windows. */
export interface QuickCall {
  readonly model: string
  readonly inputs: Readonly<Record<string, PageInput>>
  readonly turn: Turn
  /** Told when it leaves; gives what is told when it ended, and how where it failed. */
  readonly watch: () => (error?: unknown) => void
  /** What becomes of it after it failed. */
  readonly failed: (retained: RetainedInputs, error: unknown) => Promise<PredictReply>
}

const noEvents: EventsByName = {}
const noWindows: NonNullable<PredictRequest['windows']> = []

/**
 * Sends a call before it returns: of many calls at once, each promise that they pass on their way is felt. Undefined where the
 * inputs are not plain tensors.
 */
export function quickCall(
  port: Pick<CallPort, 'predict'>,
  room: CallRoom,
  { model, inputs, turn, watch, failed }: QuickCall,
): Promise<PredictReply> | undefined {
  const retained = retainTensors(inputs, room)
  if (!retained) return undefined
  const request = {
    inputs: retained.inputs,
    now: Date.now(),
    events: noEvents,
    windows: noWindows,
    ...turn,
  }
  faultPoint('call-retained')
  const ended = watch()
  const call = port.predict(model, request)
  faultPoint('call-sent')
  return call.then(
    (reply) => {
      faultPoint('call-answered')
      ended()
      retained.release()
      return reply
    },
    (error: unknown) => {
      ended(error)
      return failed(retained, error).finally(retained.release)
    },
  )
}
