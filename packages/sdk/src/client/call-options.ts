import { HomingError } from '@homing/protocol'

import type { BatchLimits, PredictRequest, Priority } from '../runtime/runtime-api.ts'
import { keptPredictions, maxWaitingCalls } from './config.ts'
import { present } from './present.ts'

/** How the calls of one model are scheduled. */
export interface QueueOptions {
  /**
   * How calls that wait for each other are run as one, where the signature has a dimension of samples; false: each by itself.
   * A call that finds the engine idle never waits. That samples do not change each other is tried on the first of them.
   */
  readonly batching?: BatchLimits | false
  /** Most calls that may wait at once; one more rejects with QUEUE_FULL. Default 1,024. */
  readonly queueLimit?: number
  /**
   * True answers calls with inputs that were answered before on this device, by the same parameters on the same backend, from
   * what is kept of the last 1,000, or of as many as `entries` says. Kept in IndexedDB until the model is forgotten; not at
   * all under `storage: 'encrypted'`. Default false.
   */
  readonly cache?: boolean | { readonly entries?: number }
}

/** How one call is scheduled. */
export interface TurnOptions {
  /** `interactive`, the default, goes before every waiting `background` call of the model. */
  readonly priority?: Priority
  /** Milliseconds within which the answer is of use; then the call rejects with DEADLINE_PASSED, wherever it is. */
  readonly deadline?: number
  /** False: the call shares its run with no other, for answers that must not wait for their neighbours. */
  readonly batch?: false
}

/** What of a call's options crosses to the worker. */
export type Turn = Pick<PredictRequest, 'priority' | 'batch' | 'expires' | 'cache'>

/** What holds for every call of a model. */
export interface Queueing {
  readonly batching: BatchLimits | false | undefined
  readonly limit: number
  /** 0 where nothing is to be kept. */
  readonly cache: number
}

/** `checkQueue` has looked at them. */
export function resolveQueue({
  batching,
  queueLimit = maxWaitingCalls,
  cache = false,
}: QueueOptions): Queueing {
  const { entries = keptPredictions } = typeof cache === 'object' ? cache : {}
  return { batching, limit: queueLimit, cache: cache === false ? 0 : entries }
}

/** @throws HomingError CONFIG_INVALID naming the option. */
export function resolveTurn(
  { priority, deadline, batch }: TurnOptions,
  { batching, cache }: Pick<Queueing, 'batching' | 'cache'>,
): Turn {
  if (priority !== undefined && !priorities.includes(priority))
    refuse('`priority` must be "interactive" or "background"')
  if (deadline !== undefined && !(typeof deadline === 'number' && deadline > 0))
    refuse('`deadline` must be milliseconds, more than 0')
  const limits = batch === false ? false : batching
  return present({
    cache: cache === 0 ? undefined : cache,
    priority,
    batch: limits,
    expires: deadline === undefined || deadline === Infinity ? undefined : Date.now() + deadline,
  })
}

const priorities: readonly unknown[] = ['interactive', 'background'] satisfies Priority[]

function refuse(problem: string): never {
  throw new HomingError('CONFIG_INVALID', `${problem}.`)
}
