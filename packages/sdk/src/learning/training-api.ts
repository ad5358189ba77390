import type { Engine, Tensor } from '@homing/protocol'

import type { InputValues } from '../inputs/input-value.ts'
import type { Backend, BackendFallback } from '../libraries/backend.ts'
import type { Tensors, TrainingFiles } from './trainer.ts'

/** What each example should give: a tensor with the examples along its first axis, or one label or number for each. */
export type TargetValues = Tensor | readonly (string | number)[]

/** Examples to train on, as a call passes inputs: lists of images or rows, or tensors with the examples along the first axis. */
export interface ExampleValues {
  readonly inputs: InputValues
  readonly targets: TargetValues
}

/** How a run departs from the recipe of the package. */
export interface TrainingSettings {
  /** Times that training goes over all examples. */
  readonly epochs?: number
  readonly learningRate?: number
  /** Of the order of the examples: a run is repeated by its seed. Default 1. */
  readonly seed?: number
  /** Backends to try, best first. Default: every backend of the engine. */
  readonly backends?: readonly Backend[]
  /** Trained tensors to begin with, by their names in the package; those of the package where it names none. */
  readonly parameters?: Tensors
}

/** A point of the loss curve: the mean loss over the batch of a step, before that step. */
export interface TrainingStep {
  /** From 1. */
  readonly step: number
  /** The epoch in which the batch ends, from 1. */
  readonly epoch: number
  readonly loss: number
  /** Further figures of the loss, such as `accuracy`. */
  readonly metrics: Readonly<Record<string, number>>
}

/** On what a run goes on. */
export interface TrainingPlace {
  /** The version that is trained. */
  readonly version: string
  readonly engine: Engine
  readonly engineVersion: string
  readonly backend: Backend
  /** Why better backends do not train. */
  readonly fallbacks: readonly BackendFallback[]
}

/** What happens while a model trains. */
export type TrainingEvent =
  | ({ readonly type: 'start'; readonly steps: number; readonly examples: number } & TrainingPlace)
  | ({ readonly type: 'step'; readonly examplesPerSecond: number } & TrainingStep)
  /** `loss` and `metrics` are means over the steps of the epoch. */
  | ({ readonly type: 'epoch' } & TrainingStep)
  /** The loss, or a tensor after the last step, is not finite. `parameters` are the last ones that gave a finite loss; TRAINING_DIVERGED follows. */
  | { readonly type: 'diverged'; readonly step: number; readonly parameters: Tensors }

/** What a run leaves. */
export interface TrainingResult extends TrainingPlace {
  /** The trained tensors, by their names in the package. */
  readonly parameters: Readonly<Record<string, Tensor>>
  /** Every step. */
  readonly curve: readonly TrainingStep[]
  readonly steps: number
  readonly epochs: number
  /** Over the whole run but its first step, which warms the engine up. */
  readonly examplesPerSecond: number
}

/** A run as it crosses to the worker. */
export interface TrainingRequest {
  readonly files: TrainingFiles
  readonly examples: ExampleValues
  readonly settings: TrainingSettings
}

/** What a training worker offers. It is ended after one run: only then its memory comes back. */
export interface TrainingApi {
  /**
   * Trains a copy of the version. Events go to `onEvent` as they happen.
   * @throws HomingError TRAINING_UNAVAILABLE, CONFIG_INVALID, INPUT_*, TARGETS_INVALID, BACKEND_UNAVAILABLE,
   * ENGINE_MISSING, ENGINE_FAILED, TRAINING_DIVERGED.
   */
  train(request: TrainingRequest, onEvent: (event: TrainingEvent) => void): Promise<TrainingResult>
}
