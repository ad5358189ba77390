import type { CountName, Manifest, signalNames, TelemetryEvent, TelemetryGroup } from '@homing/protocol'

import type { Collected } from '../measure/collector.ts'

/** What of a model a fact is about. `slice`: values of what the app declared, by name. */
export type GroupKey = Pick<TelemetryGroup, 'model' | 'version' | 'variant' | 'backend' | 'slice'>

/** What the version said of one sample. */
export interface AnswerFacts {
  readonly label?: string | undefined
  readonly probability?: number | undefined
  /** Of each label, where there are few: what AUC and log loss are computed from once the truth is known. */
  readonly probabilities?: Readonly<Record<string, number>> | undefined
  readonly value?: number | undefined
}

/** What the page knows of a call once it has ended. No input, and no output but the answer: that stays on the device. */
export interface CallFacts extends GroupKey {
  /** The prediction's name on the device, by which feedback finds it again; without it there is none. */
  readonly id?: string | undefined
  /** Samples that were asked for. */
  readonly samples: number
  /** Milliseconds from the app's call to its answer, and of them in the queue. */
  readonly latency?: number | undefined
  readonly queue?: number | undefined
  /** The `HomingError` that it ended with. */
  readonly error?: string | undefined
  /** What of `CountName` it was besides a prediction, such as `cacheHits` or `marked`, in samples. */
  readonly counts?: Partial<Record<CountName, number>> | undefined
  /** Guards that were not kept, by their path in the manifest, in samples. */
  readonly guards?: Readonly<Record<string, number>> | undefined
  /** By sample. */
  readonly answers?: readonly AnswerFacts[] | undefined
  /** Tasks of the page's thread beyond 50 ms meanwhile, and their milliseconds. */
  readonly longTasks?: { readonly n: number; readonly sum: number } | undefined
}

/** What happened to a version beside its calls. Milliseconds, bytes, MiB of heaps and storage. */
export interface VersionFacts extends GroupKey {
  readonly counts?: Partial<Record<CountName, number>> | undefined
  readonly error?: string | undefined
  readonly load?: number | undefined
  readonly activation?: number | undefined
  readonly bytes?: number | undefined
  readonly heap?: number | undefined
  readonly storage?: number | undefined
  readonly probes?: { readonly passed: number; readonly failed: number } | undefined
}

/** What the engine's worker measured since it last told: summaries of features and outputs, and fields of sampled events. */
export interface MeasuredFacts extends GroupKey, Collected {}

/** What became known of a prediction. Exactly one of `label`, `value`, `signal` and `acted`. */
export interface FeedbackFacts {
  /** Which sample of the call; 0 when absent. */
  readonly sample?: number | undefined
  /** What it truly was. */
  readonly label?: string | undefined
  readonly value?: number | undefined
  /** What the user did on it; `seconds` of `dwell`. */
  readonly signal?: Exclude<(typeof signalNames)[number], 'none'> | undefined
  readonly seconds?: number | undefined
  /** The app did on it what it is for, such as to sort a letter away. */
  readonly acted?: true | undefined
  /** Where it was shown in a list, from 0, and with which probability it could have been shown there; 1 when absent. */
  readonly position?: number | undefined
  readonly propensity?: number | undefined
}

/** What was shown to the user of a call that ranks: by position, from 0, with its propensity. */
export interface ShownFacts {
  readonly position: number
  readonly propensity?: number | undefined
}

/** Of a manifest, what says how a version is measured. */
export type MeasuredManifest = Pick<Manifest, 'model' | 'version' | 'signature' | 'pipeline' | 'telemetry'>

/**
 * The running aggregate of a device: what `take` and `peek` give is what is sent, bit for bit, noise included. Nothing in it
 * grows with traffic: counts and sketches have bounds, and so has the number of groups. Every method may be called with
 * anything that an app passes: what cannot be measured is counted as such, and none throws, save where it says so.
 *
 * P: `record/create-recorder.ts`. O: persists `peek` each second and calls `restore` with it after a start.
 */
export interface Recorder {
  /** Before the first fact of a version: its features, outputs, slices and labels. */
  declare(manifest: MeasuredManifest): void
  record(call: CallFacts): void
  happened(facts: VersionFacts): void
  measured(facts: MeasuredFacts): void
  /**
   * What became known of a prediction of `model`, in whichever session it was made. False where the device does not know the
   * prediction (any more); that is counted too.
   * @throws HomingError CONFIG_INVALID where the feedback says nothing, or more than one thing.
   */
  feedback(model: string, id: string, facts: FeedbackFacts): Promise<boolean>
  /** What of a ranking was shown, and where. False as of `feedback`. */
  shown(model: string, id: string, facts: readonly ShownFacts[]): Promise<boolean>
  /**
   * `value` of a goal: of the version whose prediction `id` is; without one, of all that answered last, by model. False where none
   * did.
   * @throws HomingError CONFIG_INVALID for a name that is none, or a value that is no finite number.
   */
  track(goal: string, value: number, of?: { readonly model: string; readonly id: string }): Promise<boolean>
  /** Answers to which nobody reacted within their declared window count as negative from now on. O calls it now and then. */
  settle(): Promise<void>
  /** Whether something was recorded since the last `peek`. */
  readonly changed: boolean
  /** What is held, as it would be sent. */
  peek(): Recorded
  /** Moves out what is held: groups of past hours alone where `ripe` is set. Goes with the deletion of what was persisted. */
  take(ripe?: boolean): Recorded
  /** Adds what an earlier session persisted. What cannot be read is dropped, and counted. */
  restore(recorded: unknown): void
  /** Forgets everything, with what waits for feedback: consent was withdrawn. */
  erase(): Promise<void>
}

/** What a recorder holds: JSON. */
export interface Recorded {
  readonly groups: TelemetryGroup[]
  readonly events: TelemetryEvent[]
  /** Predictions that went into no group, because there were too many. */
  readonly dropped: number
}
