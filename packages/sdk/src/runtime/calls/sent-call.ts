import type { HomingErrorData } from '@homing/protocol'

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
