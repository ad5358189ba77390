import type { Card, Engine, ErrorCode, HomingErrorData, Precision } from '@homing/protocol'

import type { Step } from '../delivery/model-state.ts'
import type { PatchReport } from '../delivery/patches/patch-report.ts'
import type { Backend, BackendFallback } from '../libraries/backend.ts'
import type { UpdatePolicy } from './update-policy.ts'

/** How far a download is. */
export interface Progress {
  readonly version: string
  readonly loaded: number
  readonly total: number
  /** Bytes of `loaded` that were already on the device. */
  readonly cached: number
  /** There while the download waits for a connection that costs nothing: see `downloads`. */
  readonly paused?: true
}

/** Where a model stands: on its way to a version, or `active`, which serves. */
export type ModelState =
  Step | { readonly name: 'active'; readonly version: string } | { readonly name: 'closed' }

/** Milliseconds that a run took on each backend. */
export type BackendTimes = Readonly<Partial<Record<Backend, number>>>

/** How the backend was chosen by measurement, among those that pass the version's probes. */
export interface ChoiceStatus {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Measured on an earlier visit. */
  readonly remembered: boolean
  /** Medians of a few runs, in the shapes of the app's own calls. */
  readonly times: BackendTimes
}

/** How the backend that serves was proven: it gives the outputs that the version's probes want. */
export interface ProbeStatus {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Proven on an earlier visit, so that this one paid nothing for it. */
  readonly remembered: boolean
  readonly cases: number
  /** Greatest distance of an output from what is wanted, as a share of what the tolerance allows. */
  readonly deviation: number
  /** Milliseconds that the probes took, where they were run now. */
  readonly duration?: number
}

/** Everything an app can show about a model. A plain value: it is replaced, never changed. */
export interface ModelStatus {
  readonly model: string
  /** Of the serving version: `active` stays while an update runs beside it. */
  readonly state: ModelState
  readonly version?: string
  /** SHA-256 of its manifest, which names every byte of it. */
  readonly manifest?: string
  readonly engine?: Engine
  readonly engineVersion?: string
  readonly backend?: Backend
  /** Of the parameters that serve. */
  readonly precision?: Precision
  /** Why a better backend does not serve, best first. */
  readonly fallbacks: readonly BackendFallback[]
  /** Bytes of graph and parameters. `asleep`: they are not in memory now, and come back with the next call. */
  readonly memory?: { readonly bytes: number; readonly asleep: boolean }
  /** How often the model was loaded again since it was opened, because its engine's worker died, hung or lost its GPU. */
  readonly restarts: number
  /** Backends of this version that computed wrongly on this device, and are not used; `fallbacks` holds the reasons. */
  readonly quarantined?: readonly Backend[]
  /** How the serving backend was proven; absent where the version has no probes. */
  readonly probe?: ProbeStatus
  /** How it was chosen, where it was measured; absent where the order of backends decided, or the app's own. */
  readonly choice?: ChoiceStatus
  readonly threads?: number
  readonly threadsReason?: string
  readonly card?: Card
  /** Calls that wait for their answers, where there are any, and how many may; as of when the status was read. */
  readonly queue?: { readonly waiting: number; readonly limit: number }
  readonly storage: {
    readonly kind: 'indexeddb' | 'memory'
    /** Why it is in memory, where that is not by choice. */
    readonly reason?: string
    readonly code?: ErrorCode
    readonly usage: number
    /** Whether the browser has promised not to evict what is stored; absent before it was asked. */
    readonly persisted?: boolean
  }
  readonly update: {
    readonly policy: UpdatePolicy
    readonly pinned?: string
    /** What the update beside the serving version is doing. */
    readonly state: ModelState
    /** A newer version that waits for `update()`. */
    readonly available?: string
    /** What the last download made of parameters that were on the device, instead of fetching them whole. */
    readonly patches?: PatchReport
    /** Why the last look or update failed; the serving version was kept. */
    readonly error?: HomingErrorData
    /** Set while an earlier version serves, because a later one was left. */
    readonly rolledBack?: Rollback
  }
  /** Of a version with guards, since the page opened the model: told a few times a second at most. */
  readonly guards?: GuardCounts
  /** Milliseconds: fetching, verifying, starting the engine, loading the graph, the first run. */
  readonly timings: Partial<Record<'fetch' | 'verify' | 'start' | 'load' | 'firstRun', number>>
}

/** What the guards of a version made of samples. */
export interface GuardCounts {
  readonly version: string
  /** All samples, whether guards objected or not. */
  readonly samples: number
  readonly abstained: number
  readonly fallback: number
  readonly marked: number
  /** By the place of a guard, such as `inputs.0`: how many samples did not keep it. */
  readonly hits: Readonly<Record<string, number>>
}

/** A version that was left for an earlier one. */
export interface Rollback {
  /** The version that was left. */
  readonly version: string
  /** `fault`: it failed among its first predictions. `app`: `rollback()` was called. `server`: the repository withdrew it. */
  readonly by: 'fault' | 'app' | 'server'
  /** How it failed. */
  readonly error?: HomingErrorData
}
