import type {
  Engine,
  Guards,
  HomingErrorData,
  Next,
  Precision,
  Signature,
  SignedUrls,
} from '@homing/protocol'

import type { Section } from '../delivery/read-section.ts'
import type { StoredVersion } from '../delivery/read-version.ts'
import type { Backend } from '../libraries/backend.ts'
import type { EventsByName } from '../runtime/runtime-api.ts'
import type { StorageKind } from '../store/open-store.ts'
import type { ReportedCalls } from './report/reported-calls.ts'
import type { ModelStatus, Progress } from './status-api.ts'
import type { TelemetryConfig, TelemetryHost } from './telemetry/telemetry-host.ts'
import type { UpdatePolicy } from './update-policy.ts'

/** How the page configures the host worker. */
export interface HostConfig {
  /** Absolute URL of the repository, with a slash at its end. */
  readonly repository: string
  /** The root that the app trusts, as JSON. */
  readonly root: string
  readonly storage: StorageKind
  /** Bytes; undefined means a share of the browser's quota. */
  readonly storageBudget?: number
  /** Milliseconds; 0 never looks by itself. */
  readonly pollInterval: number
  /** Milliseconds; 0 never probes a backend again. */
  readonly probeInterval: number
  /** Whether downloads stand still while the connection costs money. */
  readonly pausesOnMetered: boolean
  /** Absolute URLs of folders with models that came with the app, by model. */
  readonly bundled: Readonly<Record<string, string>>
  /** Milliseconds after which a run counts as hung. */
  readonly hangLimit: number
  /** Bytes that models may take in memory; undefined means a share of the device's. */
  readonly memoryBudget?: number
  /** Milliseconds without a call after which an engine gives back what it does not need. */
  readonly idleLimit: number
  /** How the app is measured; nothing is measured without it. */
  readonly telemetry?: TelemetryConfig
  /** Whether `PageApi.getToken` may give one. */
  readonly hasTokens: boolean
  /** Where private files are read at signed addresses: who signs them, a server or, without one, `PageApi.signUrls`. */
  readonly signing?: { readonly server?: string }
}

/** Events of which the page must fetch the last `seconds` before a call. */
export interface EventWindow {
  readonly event: string
  readonly seconds: number
}

/** What the page needs to call the version that serves. */
export interface Serving {
  readonly engine: Engine
  readonly signature: Signature
  readonly windows: readonly EventWindow[]
  /** What runs after it. */
  readonly next?: Next
  /** Where it has guards: who answers in its place. */
  readonly guards?: Pick<Guards, 'fallback'>
}

/** What the host tells of an open model. */
export type ModelEvent =
  | { readonly type: 'status'; readonly status: ModelStatus }
  | { readonly type: 'serving'; readonly serving: Serving }
  /** The serving version is no longer in memory: `HostApi.ready` brings it back. */
  | { readonly type: 'asleep' }
  | { readonly type: 'progress'; readonly progress: Progress }
  /** The model was forgotten, here or in another tab: it is to be closed. */
  | { readonly type: 'forgotten' }

/** The part of `ModelOptions` that crosses to the host. */
export interface OpenOptions {
  readonly version?: string
  readonly backends?: readonly Backend[]
  readonly precisions?: readonly Precision[]
  readonly updates?: UpdatePolicy
}

/** What the page offers to the host: only pages can start workers everywhere. */
export interface PageApi {
  /** A port to the engine's worker, which is started if need be. */
  startEngine(engine: Engine): Promise<MessagePort>
  /** Ends an engine's worker that hangs, or whose GPU is gone: calls under way are made again on a new one. */
  endEngine(engine: Engine, reason: HomingErrorData): Promise<void>
  /** Ends an engine's worker that nobody calls, to give its memory back; it is started again when it is needed. */
  retireEngine(engine: Engine): Promise<void>
  /** The app's token of the user who is signed in. */
  getToken(): Promise<string | undefined>
  /** Addresses at which files can be read for a while, from the app. */
  signUrls(places: readonly string[]): Promise<SignedUrls>
  /** Asks the browser not to evict what is stored. */
  persistStorage(): Promise<boolean>
}

/** What the host worker offers: it keeps the store, fetches, decides and tells the engine workers what to load. */
export interface HostApi {
  connect(page: PageApi): Promise<void>
  /** Resolves once a version serves. Events go to `onEvent`, beginning with the present status. */
  open(
    model: string,
    options: OpenOptions,
    onEvent: (event: ModelEvent) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void>
  close(model: string): Promise<void>
  update(model: string): Promise<void>
  retry(model: string): Promise<void>
  rollback(model: string): Promise<void>
  pin(model: string, version: string | null): Promise<void>
  setUpdates(model: string, policy: UpdatePolicy): Promise<void>
  setBackends(model: string, backends: readonly Backend[] | null): Promise<void>
  /** Looks for new versions of all open models; rejects with the first failure once all have been tried. */
  check(): Promise<void>
  /** The page got focus or came online: look soon. */
  nudge(): Promise<void>
  /** A call on this engine has been under way for long: the host finds out whether the engine hangs, and ends it then. */
  judge(engine: Engine): Promise<void>
  /** An engine's worker died: its models are loaded again on a new one. `suspects` had calls under way. */
  engineLost(engine: Engine, suspects: readonly string[]): Promise<void>
  /** Resolves when the model serves and nothing is being repaired; rejects when it cannot serve. */
  ready(model: string): Promise<void>
  /**
   * The graph of a section of the version that serves, and the parameters: from the device, else from the repository.
   * @throws HomingError TRAINING_UNAVAILABLE when the version was packed without it, and those of a download.
   */
  sectionFiles(model: string, section: Section, signal?: AbortSignal): Promise<StoredVersion>
  /** Deletes what is on the device of one model, or of all, here and in other tabs, and closes them. */
  forget(model?: string): Promise<void>
  record(event: string, fields: Readonly<Record<string, number>>): Promise<void>
  readEvents(windows: readonly EventWindow[]): Promise<EventsByName>
  /** The latest calls of a model on this device, for a report; `more` are kept first, where it is open still. */
  keptCalls(model: string, more?: ReportedCalls): Promise<readonly ReportedCalls[]>
  /** Calls a method of telemetry, which is opened with the first call of a page. */
  telemetry<K extends keyof TelemetryHost>(
    name: K,
    ...given: Parameters<TelemetryHost[K]>
  ): Promise<Awaited<ReturnType<TelemetryHost[K]>>>
  /** Stops all work and closes the store. Does not wait for engine workers: they are ended next. */
  shutdown(): Promise<void>
}
