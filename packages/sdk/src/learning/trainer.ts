import type { Engine, Manifest, Tensor } from '@homing/protocol'

import type { Backend } from '../libraries/backend.ts'

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>

/** What a version is trained with: its training graph, or the model itself where the engine differentiates. */
export interface TrainingFiles {
  readonly manifest: Manifest
  readonly graph: Uint8Array<ArrayBuffer>
  /** The whole parameter file. */
  readonly parameters: Uint8Array<ArrayBuffer>
}

/** Examples of one step, of the shapes that the manifest's `training` section names. */
export interface Batch {
  readonly inputs: Tensors
  readonly targets: Tensor
}

/** How far a step goes. `step` counts from 1. */
export interface StepSettings {
  readonly learningRate: number
  readonly step: number
}

/** What a step found: the mean loss over the batch before the step, and further figures. */
export interface StepReport {
  readonly loss: number
  readonly metrics: Readonly<Record<string, number>>
}

/**
 * A model under training. One call at a time: a caller awaits each. Batches are checked before (`readExamples`); a
 * trainer trusts them.
 */
export interface Trainer {
  /**
   * Begins a run: the trained tensors are those of the package, or of `start` where it names them; what the optimiser
   * keeps is zero. A trainer that was just opened has begun.
   * @throws HomingError INPUT_NAME, INPUT_DTYPE, INPUT_SHAPE, INPUT_VALUE when `start` does not fit; the run before goes on then.
   */
  begin(start?: Tensors): Promise<void>
  /**
   * One step; nothing that it makes stays in memory beside the tensors that it changes. Where the reported loss is not
   * finite, the trained tensors are the last ones that gave a finite loss, and the optimiser begins anew.
   * @throws HomingError ENGINE_FAILED, OPERATOR_UNSUPPORTED and others: the tensors are as they were and can be read, but
   * no further step can be made (onnxruntime-web 1.30 on webgpu feeds the batch of a failed run again for ever).
   */
  step(batch: Batch, settings: StepSettings): Promise<StepReport>
  /** Goes back to the last tensors that gave a finite loss; the optimiser begins anew. */
  restore(): Promise<void>
  /**
   * The trained tensors, by their names in the package. The data belongs to the caller.
   * @throws HomingError ENGINE_FAILED when the GPU that holds them is gone.
   */
  parameters(): Promise<Record<string, Tensor>>
  /** Frees everything. Called once, when no step is under way. */
  release(): Promise<void>
}

/** A library that trains. */
export interface TrainerLibrary {
  readonly engine: Engine
  /** Version of the library. @throws HomingError ENGINE_MISSING when it is not installed. */
  version(): Promise<string>
  /**
   * Opens a trainer on a backend; nothing stays in memory when that fails.
   * @throws HomingError BACKEND_UNAVAILABLE, ENGINE_MISSING, OPERATOR_UNSUPPORTED, ENGINE_FAILED, TRAINING_UNAVAILABLE.
   */
  open(backend: Backend, files: TrainingFiles): Promise<Trainer>
}
