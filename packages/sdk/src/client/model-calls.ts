import { HomingError } from '@homing/protocol'

import { faultPoint } from '../faults/fault-point.ts'
import { passedBytes, requireRoom } from '../inputs/call-memory.ts'
import type { InputValues } from '../inputs/input-value.ts'
import type { FollowUp } from '../runtime/composition/follow-up.ts'
import type { Explanation } from '../runtime/explanation-api.ts'
import type { PredictReply } from '../runtime/runtime-api.ts'
import type { PredictOptions } from './api.ts'
import { type CallCount, callCount } from './call-count.ts'
import { type QueueOptions, resolveQueue, resolveTurn, type Turn, type TurnOptions } from './call-options.ts'
import type { PreparedCall } from './explain-call.ts'
import type { ExplainOptions } from './explanation-api.ts'
import type { Serving } from './host-api.ts'
import { loadedTakers } from './loaded-takers.ts'
import type { PageInput } from './page-input.ts'
import type { PageSession } from './page-session.ts'
import { isLost, type RepeatedCalls } from './repeated-calls.ts'
import { retainTensors } from './retain-tensors.ts'
import type { RetainedInputs } from './retained-inputs.ts'
import type { SentInputs } from './sent-inputs.ts'
import { withDeadline } from './with-deadline.ts'
import { withSignal } from './with-signal.ts'

/** What calls of an open model need of it. */
export interface CalledModel {
  readonly name: string
  readonly session: PageSession
  /** What the serving version needs; undefined while it is not in memory. */
  readonly serving: () => Serving | undefined
  readonly isClosing: () => boolean
  readonly repeated: RepeatedCalls
  readonly queue: QueueOptions
}

type PageInputs = Readonly<Record<string, PageInput>>
type Retained = Pick<RetainedInputs, 'inputs' | 'transfer' | 'pictures'>

/** What is added to a call of a model that names others. */
export interface ComposedCall {
  /** What runs after it in its worker, as the versions that serve now say. */
  readonly follow: () => FollowUp | undefined
  /** Waits for all of the models where one was lost. */
  readonly repeated: RepeatedCalls
  /** What is told in the end; `inputs` are let go after. */
  readonly settle: (
    reply: PredictReply,
    inputs: InputValues,
    signal: AbortSignal | undefined,
  ) => Promise<PredictReply>
}

/** Calls of the serving version, on whatever worker runs it. */
export interface ModelCalls {
  readonly count: CallCount
  predict(inputs: PageInputs, options: PredictOptions, composed?: ComposedCall): Promise<PredictReply>
  explain(inputs: PageInputs, options: ExplainOptions): Promise<Explanation>
}

/** Calls are repeated from the retained inputs when their worker died or the version gave way under them. */
export function createModelCalls({
  name,
  session,
  serving,
  isClosing,
  repeated,
  queue,
}: CalledModel): ModelCalls {
  const queueing = resolveQueue(queue)
  const count = callCount(name, queueing.limit)
  const requireServing = (): Serving => {
    const needed = serving()
    if (needed) return needed
    throw new HomingError('WORKER_LOST', `Model ${name} is being loaded again.`)
  }
  /** The engine that serves, and the request for it. */
  const prepare = async (inputs: RetainedInputs['inputs']): Promise<PreparedCall> => {
    const { engine, windows } = requireServing()
    const events = windows.length > 0 ? await (await session.host()).readEvents(windows) : {}
    const watched: PreparedCall['watched'] = (call) => session.watched(engine, name, call)
    return { engine, request: { inputs, now: Date.now(), events, windows }, watched }
  }
  /** Bitmaps and frames move in copies: the page's thread would copy them pixel by pixel. */
  const sent = async (retained: Retained): Promise<SentInputs> =>
    retained.pictures ? loadedTakers().sentInputs(retained) : retained
  /** A call whose inputs went with it cannot be made again. */
  const onlyOnce = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (thrown) {
      const error = HomingError.from(thrown, 'ENGINE_FAILED')
      throw isLost(error) && !isClosing() ? transferredError(error) : error
    }
  }
  const predictOnce = async (
    retained: Retained,
    signal: AbortSignal | undefined,
    { follow, ...turn }: Turn & { readonly follow?: FollowUp | undefined } = {},
  ): Promise<PredictReply> => {
    const { engine, request: own, watched } = await prepare(retained.inputs)
    const calls = await session.calls(engine)
    const { inputs, transfer: move } = await sent(retained)
    const request = { ...own, inputs, ...turn, ...(follow ? { follow } : {}) }
    faultPoint('call-retained')
    const call = calls.predict(name, request, signal, move)
    faultPoint('call-sent')
    const reply = await watched(call)
    faultPoint('call-answered')
    return reply
  }

  /** In the queue of the model, within the deadline. */
  const scheduled = async (
    signal: AbortSignal | undefined,
    how: TurnOptions,
    call: (signal: AbortSignal | undefined, turn: Turn) => Promise<PredictReply>,
  ): Promise<PredictReply> => {
    const turn = resolveTurn(how, queueing)
    return count.during(() =>
      withDeadline(how.deadline, signal, (inTime) => withSignal(inTime, (own) => call(own, turn))),
    )
  }

  /** Most calls have nothing to wait for on the page; undefined for the others. */
  const atOnce = (
    inputs: PageInputs,
    { signal, transfer: move, deadline, ...how }: PredictOptions,
  ): Promise<PredictReply> | undefined => {
    const needed = serving()
    if (!needed || needed.windows.length > 0 || signal || move || deadline !== undefined) return undefined
    if (count.waiting >= queueing.limit) return undefined
    const { engine } = needed
    const port = session.openCalls(engine)
    if (!port) return undefined
    const turn = resolveTurn(how, queueing)
    return port.quick({
      model: name,
      retain: (room) => {
        requireRoom(passedBytes(inputs)) // before they are copied
        return retainTensors(inputs, room)
      },
      turn,
      count,
      watch: () => session.watch(engine, name),
      repeated,
      predict: (retained) => predictOnce(retained, undefined, turn),
    })
  }

  return {
    count,
    predict(inputs, options, composed) {
      try {
        const quick = composed ? undefined : atOnce(inputs, options)
        if (quick) return quick
      } catch (error) {
        return Promise.reject(HomingError.from(error))
      }
      const { signal: outer, transfer: move = false, ...how } = options
      return scheduled(outer, how, async (signal, turn) => {
        signal?.throwIfAborted()
        requireRoom(passedBytes(inputs)) // before they are copied
        const retained =
          (move ? undefined : retainTensors(inputs)) ?? (await loadedTakers().retainInputs(inputs, move))
        try {
          const predict = () => predictOnce(retained, signal, { ...turn, follow: composed?.follow() })
          const again = composed?.repeated ?? repeated
          if (!serving()) await again(() => Promise.resolve(requireServing())) // before anything is transferred
          const reply = await (retained.transfer.length > 0 ? onlyOnce(predict) : again(predict))
          return composed ? await composed.settle(reply, retained.inputs, signal) : reply
        } finally {
          retained.release()
        }
      })
    },
    explain: (inputs, { signal: outer, baseline, ...settings }) =>
      withSignal(outer, async (signal) => {
        signal?.throwIfAborted()
        const { retainBaseline, retainInputs } = loadedTakers()
        const [retained, compared] = await Promise.all([
          retainInputs(inputs, false),
          retainBaseline(baseline),
        ])
        try {
          const { explainCall } = await import('./explain-call.ts')
          const given = compared ? { ...settings, baseline: compared.values } : settings
          return await explainCall(
            { name, session, prepare, sent, predictOnce, repeated },
            retained,
            given,
            signal,
          )
        } finally {
          retained.release()
          compared?.release()
        }
      }),
  }
}

function transferredError(cause: HomingError): HomingError {
  const message =
    'The worker left before it answered, and the transferred inputs with it. Call again with new ones.'
  return new HomingError('WORKER_LOST', message, { cause })
}
