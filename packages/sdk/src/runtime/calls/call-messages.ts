import type { HomingErrorData } from '@homing/protocol'

import type { PackedCalls } from './packed-calls.ts'
import type { PackedEnds } from './packed-ends.ts'
import type { PredictReply, PredictRequest } from '../runtime-api.ts'

/** A prediction on its way to an engine's worker. `id` names it on its port. */
export interface SentCall {
  readonly id: number
  readonly model: string
  readonly request: PredictRequest
  /** Whether the page may abort it. */
  readonly abortable?: true
}

/** How a call ended. */
export type SentEnd = { readonly id: number } & (
  { readonly reply: PredictReply } | { readonly error: HomingErrorData }
)

/** What a page sends on the port of its calls: those of one task, and which of them it no longer waits for. */
export interface CallsMessage {
  readonly calls: readonly (SentCall | PackedCalls)[]
  readonly aborted: readonly number[]
}

/** What comes back on it: the ends of calls that were run together. */
export interface EndsMessage {
  readonly ends: readonly (SentEnd | PackedEnds)[]
}
