import type { EventWindow, SampleReading, ScoredLabel } from '@homing/pipeline'
import type { Engine, HomingErrorData, Manifest, Tensor } from '@homing/protocol'

import type { FollowUp } from './composition/follow-up.ts'
import type { HeldTensor } from './held-tensor.ts'
import type { GuardReport } from './guards/guard-report.ts'
import type { InputValues } from '../inputs/input-value.ts'
import type { Backend, BackendFallback } from '../libraries/backend.ts'
import type { MeasuredVersion, MeasureSettings } from './measure/measure-api.ts'
import type { ProbeFiles, ProbeReport, ReprobeRequest } from './probe-api.ts'
import type { LookupFiles, PredictionMemory } from './recall/prediction-memory.ts'
import type { ExplainReply, ExplainSettings, ExplanationFiles } from './explanation-api.ts'

/** A version to load: verified bytes, moved to the worker. */
export interface LoadRequest {
  readonly manifest: Manifest
  readonly graph: Uint8Array<ArrayBuffer>
  /** The whole parameter file: the shards one after another. */
  readonly parameters: Uint8Array<ArrayBuffer>
  /** Backends to try, best first. */
  readonly backends: readonly Backend[]
  /** Those that have passed the version's probes before, and under which version of the engine. */
  readonly proven?: readonly { readonly backend: Backend; readonly engineVersion: string }[]
}

/** Facts of a loaded version. */
export interface LoadedFacts {
  /** Names the loaded version in this worker. */
  readonly instance: number
  readonly engine: Engine
  readonly engineVersion: string
  readonly backend: Backend
  readonly threads: number
  /** Why there are fewer threads than cores, where that is so. */
  readonly threadsReason?: string
  readonly fallbacks: readonly BackendFallback[]
  /** Milliseconds. */
  readonly timings: { readonly start: number; readonly load: number; readonly firstRun: number }
  /** What the probes found, where they were run now. */
  readonly probe?: ProbeReport
}

/** Events that the device keeps for windowed features: newest last, `time` in milliseconds since the epoch. */
export type EventsByName = Readonly<
  Record<string, readonly { readonly time: number; readonly fields: Readonly<Record<string, number>> }[]>
>

/** A prediction to make. */
export interface PredictRequest {
  readonly inputs: InputValues
  readonly events?: EventsByName
  /** What `events` covers; without it, whatever the version needs. */
  readonly windows?: readonly EventWindow[]
  /** Milliseconds since the epoch, for windowed features. */
  readonly now: number
  /** Default `interactive`, which goes before every waiting `background` call. */
  readonly priority?: Priority
  /** Milliseconds since the epoch after which the answer is worth nothing. */
  readonly expires?: number
  /** How the call may share a run with others; false: not at all. */
  readonly batch?: BatchLimits | false
  /** How many predictions of the model are kept and answered from; none without it. */
  readonly cache?: number
  /** Models that run after this one. */
  readonly follow?: FollowUp
  /** Within the worker: outputs that stay on the device where they can. */
  readonly hold?: readonly string[]
  /** Within the worker: inputs that lie on the device. */
  readonly held?: Readonly<Record<string, HeldTensor>>
  /** Within the worker: whether the reply brings the encoded inputs. */
  readonly share?: true
}

/** Which calls go first. */
export type Priority = 'interactive' | 'background'

/** How calls that wait are run as one, where the signature has a dimension of samples. */
export interface BatchLimits {
  /** Most samples in a run. Default 64; fewer where they would take longer than 100 ms. */
  readonly maxSize?: number
  /**
   * Milliseconds that a call waits for others to share its run, while the engine is busy; one that finds the engine idle
   * never waits. Default 0: what has come while the last run was under way goes together.
   */
  readonly maxWait?: number
}

/** An answer to explain. */
export interface ExplainRequest extends PredictRequest {
  readonly settings: ExplainSettings
}

/** A label with its probability. */
export type Score = ScoredLabel

/** What the pipeline reads from the outputs of one sample, and the guards say of it. */
export interface Reading extends SampleReading {
  /** Where the sample did not keep all guards. Its answer is missing or another's, unless the outcome is `marked`. */
  readonly guard?: GuardReport
  /** Calibrated, where the version declares how; of a call with several samples that of the least sure. */
  readonly confidence?: number
}

/** The answer to a prediction: the first sample's reading, absent where the pipeline reads nothing, and the tensors. */
export interface PredictReply extends Partial<Reading> {
  /** Without those of samples that guards withhold: see `guard`. */
  readonly outputs: Readonly<Record<string, Tensor>>
  /** One reading per sample, where the call held several. */
  readonly samples?: readonly Reading[]
  /** Replies of the models that ran after this one. */
  readonly next?: Readonly<Record<string, PredictReply>>
  /** Within the worker: the outputs that stayed on the device. */
  readonly held?: Readonly<Record<string, HeldTensor>>
  /** Within the worker: the tensors that the inputs were encoded to. */
  readonly encoded?: Readonly<Record<string, Tensor>>
  readonly version: string
  readonly backend: Backend
  /** Where the outputs came from that were not computed in this call. */
  readonly recalled?: 'cache' | 'lookup'
  /** How many samples were run as one, where the call shared its run with others. */
  readonly batch?: number
  /** Milliseconds in the worker. */
  readonly timings: {
    readonly queue: number
    readonly encode: number
    readonly run: number
    readonly decode: number
  }
}

/**
 * A serving version failed on a call that its signature allows. Either the backend broke: it failed then on zeros of the
 * same shapes too. Or, among the first predictions of a version alone, it is in `doubt` whether the version is to blame or
 * the values, because zeros still run. The model's queue waits, the failed call at its head, until the host activates
 * another loaded version (the call is repeated there), or gives up.
 */
export interface BackendFault {
  readonly model: string
  readonly instance: number
  readonly backend: Backend
  readonly error: HomingErrorData
  /** Whether it may be the values' fault. */
  readonly doubt: boolean
  /** Backends of the load request that come after the broken one; empty when it was the last. */
  readonly remaining: readonly Backend[]
}

/** What an engine worker is doing, for whoever judges whether it hangs. One whose thread is blocked gives no answer. */
export interface Pulse {
  /** How many pieces of work have ended. */
  readonly ended: number
  /** What is under way. `start`: a backend starts, which may mean that megabytes are on their way. */
  readonly work: 'none' | 'start' | 'other'
}

/** What an engine worker holds, and since when nobody needed it. */
export interface EngineUsage {
  /** Bytes of WebAssembly heaps, which never shrink. */
  readonly heap: number
  /** Milliseconds since the last call; 0 while something is under way. */
  readonly idle: number
  /** The same of each model that has been called. */
  readonly models: Readonly<Record<string, number>>
}

/**
 * What an engine worker offers. Calls of one model run one at a time, in order, or several as one where they wait for
 * each other; each runs wholly on the version that was active when it started, so that a switch falls between two runs. The worker keeps no copy of a model's
 * bytes beside the engine's own, so it is the host that brings them again after a fault.
 */
export interface RuntimeApi {
  /** Version of the engine's library, such as `1.30.0`. @throws HomingError ENGINE_MISSING. */
  engineVersion(): Promise<string>
  /** Starts the first of `backends` that starts, so that a later load finds it running. Never rejects. */
  prepare(backends: readonly Backend[]): Promise<void>
  /**
   * Loads a version beside the serving one, on the first backend that starts, loads it, runs it once on zeros (dynamic
   * dimensions are 1) and gives what the version's probes want. `onAttempt` is told of each backend before it is tried;
   * `readProbes` is asked where a backend has still to be proven; without it none is.
   * @throws HomingError BACKEND_UNAVAILABLE with `details.backends` (a `BackendFallback` each), ENGINE_MISSING,
   * PIPELINE_INVALID, PROBE_INVALID, and those of `readProbes`.
   */
  load(
    request: LoadRequest,
    onAttempt?: (backend: Backend) => void,
    readProbes?: () => Promise<ProbeFiles>,
  ): Promise<LoadedFacts>
  /** Makes a loaded version serve its model, and releases the one before once its calls have ended. */
  activate(model: string, instance: number): Promise<void>
  /** Releases a loaded version that does not serve. Unknown instances are ignored. */
  discard(instance: number): Promise<void>
  /**
   * Runs the serving version. Bitmaps in `request` belong to the runtime and are closed. An abort takes the call
   * out of the queue; one that has started runs on, its result dropped.
   * @throws HomingError INPUT_*, ENGINE_FAILED, ABORTED, DEADLINE_PASSED when its turn came too late, NEXT_INVALID, CLOSED when no
   * version of the model serves, or when one does that needs other events than `windows`: it took over under way, and the call is to be made again for it.
   */
  predict(model: string, request: PredictRequest, signal?: AbortSignal): Promise<PredictReply>
  /**
   * Explains what the serving version says to one example. Predictions go on between the calls of the engine that this
   * takes. A reply that `needs` files asks for `loadExplanation`, and then to be called again.
   * @throws HomingError INPUT_*, CONFIG_INVALID, TRAINING_UNAVAILABLE, ENGINE_FAILED, ABORTED, CLOSED when the version
   * stops serving meanwhile.
   */
  explain(model: string, request: ExplainRequest, signal?: AbortSignal): Promise<ExplainReply>
  /**
   * Loads the explanation graph of the serving version beside it.
   * @throws HomingError OPERATOR_UNSUPPORTED, ENGINE_FAILED, CLOSED when another version serves.
   */
  loadExplanation(model: string, files: ExplanationFiles): Promise<void>
  /** Where outputs of calls with `cache` are kept from now on. */
  remember(memory: PredictionMemory): Promise<void>
  /** Has a loaded version answer from its lookup what is in there. Unknown instances are ignored. */
  addLookup(instance: number, files: LookupFiles): Promise<void>
  /** Releases the model. Calls in the queue reject with CLOSED. */
  close(model: string): Promise<void>
  /** Tells of broken backends. Without a listener the failed call rejects with ENGINE_FAILED. */
  onFault(listener: (fault: BackendFault) => void): Promise<void>
  /** Tells, once per loaded version, that it has answered its first predictions. */
  onProven(listener: (model: string, instance: number) => void): Promise<void>
  /** After a fault: whether another loaded version of the model answers the failed call. The call goes on waiting. */
  answersFailed(model: string, instance: number): Promise<boolean>
  /**
   * Times loaded versions against each other, in milliseconds a run, on inputs in the shapes of the first one's last run.
   * @throws HomingError CLOSED when one is not loaded, ENGINE_FAILED.
   */
  time(instances: readonly number[]): Promise<number[]>
  /**
   * Runs one of the version's probes, the `index`-th, on the session that serves: `busy` where other work is under way and
   * `whenIdle` is wanted, `unused` where nothing ran since the last time.
   * @throws HomingError PROBE_FAILED, ENGINE_FAILED: the backend has turned bad; and those of `readProbes`.
   */
  reprobe(
    request: ReprobeRequest,
    readProbes: () => Promise<ProbeFiles>,
  ): Promise<'passed' | 'busy' | 'unused'>
  /**
   * Measures inputs and outputs of calls from now on, and tells of it a few times a second at most; without settings no more.
   * Its code is fetched then.
   */
  measure(
    settings: MeasureSettings | undefined,
    onMeasured: (measured: readonly MeasuredVersion[]) => void,
  ): Promise<void>
  pulse(): Promise<Pulse>
  usage(): Promise<EngineUsage>
  /**
   * Releases the serving version once its run has ended. Calls that come after wait until another is activated, and are told
   * to those who listen with `onWanted`.
   */
  unload(model: string): Promise<void>
  /** Tells that a call waits for a model that was unloaded. */
  onWanted(listener: (model: string) => void): Promise<void>
  /** Ends the wait after a fault: the failed call rejects with `error`, the others go on with the old session. */
  giveUp(model: string, error: HomingErrorData): Promise<void>
}

/** What the page finds in an engine's worker. */
export interface EngineWorkerApi extends RuntimeApi {
  /** Answers the predictions that come on `port`, as `calls/call-messages.ts` describes them: comlink sends each by itself. */
  openCalls(port: MessagePort): Promise<void>
}
