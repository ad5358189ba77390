import type { HomingErrorData, Report, Signature } from '@homing/protocol'

import type { TrainingResult } from '../learning/training-api.ts'
import type { Backend } from '../libraries/backend.ts'
import type { Explanation } from '../runtime/explanation-api.ts'
import type { PredictReply } from '../runtime/runtime-api.ts'
import type { TurnOptions } from './call-options.ts'
import type { ExplainOptions } from './explanation-api.ts'
import type { ModelOptions } from './options-api.ts'
import type { PageInput } from './page-input.ts'
import type { InputsToScore, ScoredAs, ScoringOptions } from './predict-all.ts'
import type { ModelStatus } from './status-api.ts'
import type { Feedback, Telemetry } from './telemetry-api.ts'
import type { TrainOptions, TrainingExamples } from './training-api.ts'
import type { UpdatePolicy } from './update-policy.ts'

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
