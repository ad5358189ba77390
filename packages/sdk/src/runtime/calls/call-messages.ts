import type { PackedCalls } from './packed-calls.ts'
import type { PackedEnds } from './packed-ends.ts'
import type { SentCall, SentEnd } from './sent-call.ts'

/** What a page sends on the port of its calls: those of one task, and which of them it no longer waits for. */
export interface CallsMessage {
  readonly calls: readonly (SentCall | PackedCalls)[]
  readonly aborted: readonly number[]
}

/** What comes back on it: the ends of calls that were run together. */
export interface EndsMessage {
  readonly ends: readonly (SentEnd | PackedEnds)[]
}
