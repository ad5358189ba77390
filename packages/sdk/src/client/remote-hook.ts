import type { InputValues } from '../inputs/input-value.ts'
import type { PredictReply, Reading } from '../runtime/runtime-api.ts'

/** What the app's remote hook is asked. */
export interface RemoteCall {
  readonly model: string
  /** The version that could not say. */
  readonly version: string
  /** What was passed to `predict`; images are bitmaps, which are closed once the hook has settled. */
  readonly inputs: InputValues
  /** What the model on the device says; without an answer where a guard withholds it. */
  readonly first: PredictReply
  /** Aborts with the call, and when the hook took too long. */
  readonly signal: AbortSignal
}

/** What the app's remote hook answers: a reading such as `{ label, probability }` or `{ value }`, and outputs if it likes. */
export type RemoteAnswer = Partial<Omit<Reading, 'guard'>> &
  Partial<Pick<PredictReply, 'outputs' | 'samples'>>

/** The app's own way to another machine. Nothing else in the SDK sends inputs anywhere. */
export type RemoteHook = (call: RemoteCall) => RemoteAnswer | Promise<RemoteAnswer>
