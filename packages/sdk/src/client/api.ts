import type {
  Card,
  Engine,
  ErrorCode,
  HomingErrorData,
  Precision,
  Report,
  OwnEngine,
  Signature,
  SignedUrls,
} from '@homing/protocol'

import type { Step } from '../delivery/model-state.ts'
import type { PatchReport } from '../delivery/patches/patch-report.ts'
import type { TrainingResult } from '../learning/training-api.ts'
import type { Backend, BackendFallback } from '../libraries/backend.ts'
import type { Explanation } from '../runtime/explanation-api.ts'
import type { PredictReply } from '../runtime/runtime-api.ts'
import type { QueueOptions, TurnOptions } from './call-options.ts'
import type { ExplainOptions } from './explanation-api.ts'
import type { PageInput } from './page-input.ts'
import type { InputsToScore, ScoredAs, ScoringOptions } from './predict-all.ts'
import type { RemoteHook } from './remote-hook.ts'
import type { BlackBoxOptions } from './report/black-box-options.ts'
import type { Feedback, Telemetry, TelemetryOptions } from './telemetry-api.ts'
import type { TrainingExamples, TrainOptions } from './training-api.ts'
import type { UpdatePolicy } from './update-policy.ts'

/** How a client finds its repository and its workers. */
export interface ClientOptions {
  /** URL of the static repository: the folder that holds `metadata/`, `models/`, `rollouts/` and `blobs/`. */
  readonly repository: string | URL
  /**
   * The trusted root that the app ships, as JSON, bytes or parsed: what `homing keys show --root` prints. Nothing is
   * believed that does not lead back to it. The repository's newer roots are followed by themselves; the root of another
   * repository begins with an empty device.
   */
  readonly root: string | Uint8Array | object
  /** URL of the aggregation server, which receives what comes home. */
  readonly server?: string | URL
  /**
   * Models that came with the app: by name, the URL of the folder among its files that `homing bundle` wrote. They serve at
   * the very first start, offline, and are updated from the repository.
   */
  readonly bundled?: Readonly<Record<string, string | URL>>
  /**
   * Gives a token of the user who is signed in, for private models: a JWT, or undefined when nobody is. Called only when
   * the repository asks for one, and again before it ends or once it is refused; kept in memory alone.
   */
  readonly getToken?: () => string | undefined | Promise<string | undefined>
  /**
   * Reads private files at signed addresses, which expire and which any CDN can check, in the place of showing it a token.
   * `'server'` asks `server` for them, with the token of `getToken`; a function is the app's own way. Held in memory alone.
   */
  readonly signUrls?: 'server' | SignUrlsHook
  /** Name of the app, as the server knows it. */
  readonly app: string
  /** Folder with the engines' files on the app's own origin. Default: where the bundler put them. */
  readonly assetBase?: string | URL
  /** Threads for wasm engines. Default: the number of cores, at most 8, where the page is cross-origin isolated. */
  readonly threads?: number
  /**
   * Where models are kept. Default `persistent`: IndexedDB, and memory where the browser refuses it. `encrypted`: the same,
   * with graphs and parameters under a key that no script can read. `memory`: nowhere. Clients of one origin that trust
   * one root name the same.
   */
  readonly storage?: 'persistent' | 'encrypted' | 'memory'
  /**
   * Bytes that versions may take on the device, over all models. What serves, the version before it and what is on its way
   * are kept whatever this says; of the others the last used ones. Default: a tenth of the browser's quota, at most 1 GiB.
   */
  readonly storageBudget?: number
  /**
   * `metered: 'pause'`: shards wait while the user saves data or the network is a phone's, as far as the browser tells, and go
   * on when that ends, or on `update()`. Default `allow`.
   */
  readonly downloads?: { readonly metered?: 'allow' | 'pause' }
  /** Milliseconds between looks for new versions, give or take a tenth; 0 looks only when asked: on `check()`, `update()`, or when another tab has a new version. Default 15 minutes. */
  readonly pollInterval?: number
  /**
   * Milliseconds after which one run of a model counts as hung: its engine's worker is ended and started anew, and calls
   * whose inputs were not transferred are made again. Loading has three times as much, and starting an engine, which may
   * have to be fetched, ten times. Time in which the page was asleep does not count. Default 60,000.
   */
  readonly hangLimit?: number
  /**
   * Milliseconds between probes of the backend that serves, one at a time, while the model is used and the engine idle; 0
   * never probes it again. Default 10 minutes.
   */
  readonly probeInterval?: number
  /**
   * The app's own way to another machine, for versions that declare one: it answers what the model on the device is not
   * sure of. Raw inputs go to it, and so may leave the device; without it, or for models opened with `remote: false`, none do.
   */
  readonly remote?: RemoteHook
  /** Sends home how models do, anonymous and aggregated on the device. Nothing is measured without it. */
  readonly telemetry?: TelemetryOptions
  /** What the page keeps of its latest calls, for `report()`. Nothing that was put in, unless this says so. */
  readonly blackBox?: BlackBoxOptions
  /**
   * Bytes of graphs and parameters that open models may have in memory together. What was called longest ago leaves it first,
   * and is loaded again when it is called; a model that is larger by itself is alone there. Default: an eighth of the
   * device's memory, where the browser tells it, else 512 MiB.
   */
  readonly memoryBudget?: number
  /**
   * Milliseconds without a call after which an engine's worker is started anew if its heap, which never shrinks, is far
   * larger than its models need. Default 60,000.
   */
  readonly idleLimit?: number
  /**
   * Engines that the app brings, by the names that manifests give them: each makes a module worker that calls `serveEngine` of
   * `@homing/sdk/engine`. One with the name of an engine of the SDK's runs in its place.
   */
  readonly engines?: Readonly<Record<string, () => Worker>>
  /** The way out for bundlers that cannot find the workers: each makes a module worker. */
  readonly workers?: Partial<Record<'host' | OwnEngine | `${OwnEngine}-training`, () => Worker>>
}

/**
 * Signs addresses of files, which are named by their places in the repository (`blobs/...`), some at a time: when they
 * expire, in seconds since 1970, and each by its place, absolute or relative to `repository`. What the user may not read is left out.
 */
export type SignUrlsHook = (places: readonly string[]) => SignedUrls | Promise<SignedUrls>

/** How a model is opened. */
export interface ModelOptions extends QueueOptions {
  /** Bytes as they arrive, from the network and from storage. */
  readonly onProgress?: (progress: Progress) => void
  readonly signal?: AbortSignal
  /** Serve this version and no other, until `pin(null)`. */
  readonly version?: string
  /**
   * Backends to try, best first: one pins it. Default: every backend of the engine; of a version with probes the fastest,
   * once the app has called it a few times.
   */
  readonly backends?: readonly Backend[]
  /**
   * Precisions of parameters to take, best first, where a version has several; one that has none of these is taken in its
   * own. Default: what suits the device. When the outputs of a set are wrong on every backend, the next one is taken.
   */
  readonly precisions?: readonly Precision[]
  /** Which version it opens with, and what happens when another is published. Default `localThenUpdate`. */
  readonly updates?: UpdatePolicy
  /** In the place of the client's `remote`, for this model; false: inputs of this model never go to it. */
  readonly remote?: RemoteHook | false
}

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

/** How one prediction is made. */
export interface PredictOptions extends TurnOptions {
  readonly signal?: AbortSignal
  /** Moves array buffers and bitmaps to the worker instead of copying them; the caller cannot use them after. */
  readonly transfer?: boolean
}

/** The answer to a prediction. */
export interface Prediction extends PredictReply {
  /** Names this prediction on this device; it never leaves it. */
  readonly predictionId: string
  /** Where the model was not to answer by itself: who was asked. */
  readonly asked?: Asked
}

/** Who was asked in a model's place. */
export interface Asked {
  /** Name of the other model, or `remote hook`. */
  readonly who: string
  /** The model's confidence was below that of its cascade, or one of its guards falls back. */
  readonly why: 'confidence' | 'guard'
  /** Whether the prediction is the other's; else it is the model's own, as far as its guards let it. */
  readonly answered: boolean
  /** What the model itself said, where the other answered. */
  readonly first?: PredictReply
  /** Why the other did not answer; absent where the app gave no hook. */
  readonly error?: HomingErrorData
}

/** The answer to one of many inputs, the `index`th; `error` where that input was refused, or the model failed on it. */
export type Scored = ScoredAs<Prediction>

/** An open model. */
export interface Model {
  readonly name: string
  /** What the serving version takes and gives. */
  readonly signature: Signature
  readonly status: ModelStatus
  /**
   * Runs the serving version.
   * @throws HomingError INPUT_NAME, INPUT_DTYPE, INPUT_SHAPE, INPUT_VALUE, ENGINE_FAILED, WORKER_LOST, ABORTED, CLOSED,
   * QUEUE_FULL when too many calls wait, DEADLINE_PASSED, CONFIG_INVALID for an option, NEXT_INVALID where the models that
   * its version names cannot run after it.
   */
  predict(inputs: Readonly<Record<string, PageInput>>, options?: PredictOptions): Promise<Prediction>
  /**
   * Scores many inputs in the background of other calls, and gives an answer to each, in order: as many are under way as
   * make full runs, and the next input is asked for when an answer was read. An input that is refused has an `error` in its
   * place.
   * @throws HomingError CONFIG_INVALID, WORKER_LOST, ABORTED, CLOSED; and whatever `inputs` throws.
   */
  predictAll(inputs: InputsToScore, options?: ScoringOptions): AsyncGenerator<Scored, void, undefined>
  /**
   * Explains what the serving version says to one example: what each pixel, element or feature adds to the chosen label's
   * score, or to the value, compared with a baseline. Rows by sampled Shapley values, everything else by integrated
   * gradients. Predictions go on meanwhile.
   * @throws HomingError as `predict`, CONFIG_INVALID for an option or label that is not there, TRAINING_UNAVAILABLE when
   * an image or tensor is to be explained and the version was packed without `--explain`, OPERATOR_UNSUPPORTED when the
   * serving backend cannot run the explanation graph, and those of a download: the graph is fetched on first use.
   */
  explain(inputs: Readonly<Record<string, PageInput>>, options?: ExplainOptions): Promise<Explanation>
  /**
   * Trains a copy of the version that serves now on examples, in a worker of its own; what serves is not touched, and an
   * update meanwhile changes nothing. Examples are checked before the first step; each run has a worker, so several may go
   * on at once.
   * @throws HomingError TRAINING_UNAVAILABLE when the version was packed without `--train`, CONFIG_INVALID, INPUT_*,
   * TARGETS_INVALID, BACKEND_UNAVAILABLE, ENGINE_FAILED, TRAINING_DIVERGED with `details.step`, WORKER_LOST, ABORTED, CLOSED,
   * and those of a download: the training graph is fetched on first use.
   */
  train(examples: TrainingExamples, options?: TrainOptions): Promise<TrainingResult>
  /**
   * Tells what became known of a prediction, minutes or months later: matched on this device, and counted. False where the
   * device does not know the prediction (any more), or nothing is measured.
   * @throws HomingError CONFIG_INVALID where the feedback says nothing or more than one thing, or without `telemetry`.
   */
  feedback(predictionId: string, feedback: Feedback): Promise<boolean>
  /** Calls `listener` with the present status at once and with every later one. Returns the undo. */
  subscribe(listener: (status: ModelStatus) => void): () => void
  /** Switches to the newest allowed version now, whatever the policy, but to none that failed on this device. */
  update(): Promise<ModelStatus>
  /** Forgets what failed on this device, and updates. */
  retry(): Promise<ModelStatus>
  /**
   * Switches, on the whole device, to the version that served before. The one that is left is taken again on `update()`
   * alone; a later one as the policy says.
   * @throws HomingError ROLLBACK_UNAVAILABLE when there is none, UPDATE_REFUSED while a version is pinned.
   */
  rollback(): Promise<ModelStatus>
  /** Serves `version` and no other, also on later visits; null follows the rollout again. A version that cannot serve changes nothing. */
  pin(version: string | null): Promise<ModelStatus>
  /** Changes what happens when a new version is published. */
  setUpdates(policy: UpdatePolicy): Promise<ModelStatus>
  /** Loads the serving version again on the first of `backends` that works; null means the default order. Where none works, nothing changes. */
  setBackends(backends: readonly Backend[] | null): Promise<ModelStatus>
  /** Releases the model. Idempotent. */
  close(): Promise<void>
}

/** A client: the workers, the store and the open models of one page. */
export interface Homing {
  /**
   * Opens a model: from the device when it is there, else from the repository. While it is open, opening it again gives
   * the same model, whose one `close()` ends it for all; of later options only `onProgress` and `signal` count. Models that its
   * version names are opened with it.
   * @throws HomingError MODEL_UNKNOWN, VERSION_UNSUPPORTED, NETWORK_FAILED, INTEGRITY_FAILED, BACKEND_UNAVAILABLE,
   * NEXT_INVALID, ...
   */
  model(name: string, options?: ModelOptions): Promise<Model>
  /** Looks for new versions of all open models now. */
  check(): Promise<void>
  /**
   * Keeps an event on the device, for windowed features.
   * @throws HomingError INPUT_NAME, INPUT_VALUE.
   */
  record(event: string, fields?: Readonly<Record<string, number>>): Promise<void>
  /** What the user may do about telemetry. */
  readonly telemetry: Telemetry
  /**
   * Adds `value` to a goal, such as what a sale brought: it counts for the version that made the prediction `of`, else for those
   * that answered last. False where there is none, or nothing is measured.
   * @throws HomingError CONFIG_INVALID for a name or value that is none, or without `telemetry`.
   */
  track(goal: string, value: number, of?: { readonly model: string; readonly id: string }): Promise<boolean>
  /**
   * Closes a model, or all of them, and deletes what is on this device of it, in every tab: parameters, manifests, what is
   * remembered, and with all models also recorded events and the key of encrypted storage; what telemetry has counted and not
   * sent goes whole. For the moment a user signs out. Which signed metadata is trusted is not forgotten.
   * @throws HomingError STORE_UNAVAILABLE when something may be left.
   */
  forget(model?: string): Promise<void>
  /**
   * The black box of this page: versions, backends, timings, errors and verdicts of its open models, and its latest calls; as
   * JSON, for `homing replay`. It goes nowhere by itself. Holds what was put in only where `blackBox.inputs` says so.
   */
  report(): Promise<Report>
  /** Ends the workers. Idempotent. */
  close(): Promise<void>
}
