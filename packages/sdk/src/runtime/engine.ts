import type { Engine, Manifest, Tensor } from '@homing/protocol'

import type { HeldRun, HeldTensor } from './held-tensor.ts'
import type { Backend } from '../libraries/backend.ts'
import type { LoadRequest } from './runtime-api.ts'

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>

/** Which gradients are wanted: `weights` are those of the elements that one example has of the output. */
export interface WantedGradients {
  readonly inputs: readonly string[]
  readonly output: string
  readonly weights: Float64Array
}

/** A model in memory, ready to run. Never used by two calls at once. */
export interface EngineSession {
  /**
   * Runs the model on inputs that match its signature. The outputs are named as in the signature and own their data.
   * Rejects when the engine fails; the session may be used again.
   */
  run(inputs: Tensors): Promise<Record<string, Tensor>>
  /**
   * As `run`, but outputs named in `hold` stay on the device where they can, until they are released; and inputs may be such
   * outputs of another session of the engine. Rejects with CLOSED when those are gone with their device.
   */
  readonly runHeld?: (
    inputs: Readonly<Record<string, Tensor | HeldTensor>>,
    hold: readonly string[],
  ) => Promise<HeldRun>
  /**
   * Where the engine differentiates by itself: gradients with respect to some inputs of a weighted sum of one output's
   * elements. Rejects with TRAINING_UNAVAILABLE when the model has no gradient.
   */
  readonly gradients?: (inputs: Tensors, wanted: WantedGradients) => Promise<Record<string, Float32Array>>
  /** Frees what the session holds. Called once, when no run is under way. */
  release(): Promise<void>
}

/** A backend that has started. */
export interface StartedBackend {
  readonly threads: number
  /** Why there are fewer threads than cores, where that is so. */
  readonly threadsReason?: string
  /** Loads a model. Rejects with OPERATOR_UNSUPPORTED or ENGINE_FAILED; nothing stays in memory then. */
  load(manifest: Manifest, files: Pick<LoadRequest, 'graph' | 'parameters'>): Promise<EngineSession>
}

/**
 * A library that runs models. The runtime makes one call at a time to an engine and everything that came from it,
 * so an adapter needs no locks of its own.
 */
export interface InferenceEngine {
  readonly name: Engine
  /** Version of the library. Rejects with ENGINE_MISSING when it is not installed. */
  version(): Promise<string>
  /**
   * Starts a backend, once: later calls give the same. Rejects with ENGINE_MISSING naming the package that is not
   * installed, or BACKEND_UNAVAILABLE with the reason; a later call tries again.
   */
  start(backend: Backend): Promise<StartedBackend>
}
