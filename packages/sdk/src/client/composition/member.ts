import type { Serving } from '../host-api.ts'
import type { ModelCalls } from '../model-calls.ts'
import type { RemoteHook } from '../remote-hook.ts'
import type { GuardCounts } from '../status-api.ts'

/** An open model, as those that name it use it. */
export interface Member {
  readonly name: string
  readonly calls: ModelCalls
  /** What the version that serves needs, and what it names. */
  readonly serving: () => Serving | undefined
  readonly isClosing: () => boolean
  /** Resolves when it serves, after its worker died or its version gave way. */
  readonly repaired: () => Promise<void>
  /** The app's hook for this model; false: none, whatever the client has. */
  readonly remote: RemoteHook | false | undefined
  readonly showGuards: (counts: GuardCounts) => void
}

/** The open models of one client. */
export interface Members {
  /** A model that `owner` names: open, or opened now, until `owner` is closed. */
  open(model: string, owner: string, signal?: AbortSignal): Promise<Member>
  readonly remote: RemoteHook | undefined
}
