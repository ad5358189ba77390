import type { Engine, Manifest, Tensor } from '@homing/protocol'

/** What an engine can run on. `wasm` and `cpu` run everywhere. */
export type Backend = 'webgpu' | 'webgl' | 'wasm' | 'cpu'

/** Why a better backend does not serve. */
export interface BackendFallback {
  readonly backend: Backend
  readonly stage: 'start' | 'load' | 'run'
  readonly code: string
  readonly reason: string
}

/** A version to load: verified bytes, moved to the worker. */
export interface LoadRequest {
  readonly manifest: Manifest
  readonly graph: Uint8Array<ArrayBuffer>
  /** The whole parameter file: the shards one after another. */
  readonly parameters: Uint8Array<ArrayBuffer>
  /** Backends to try, best first. */
  readonly backends: readonly Backend[]
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
}

/** Events that the device keeps for windowed features: newest last, `time` in milliseconds since the epoch. */
export type EventsByName = Readonly<Record<string, readonly { readonly time: number; readonly fields: Readonly<Record<string, number>> }[]>>

/** An image as it crosses to the worker. */
export type ImageSource = ImageData | ImageBitmap

/** One row of a table: feature name to value. */
export type TableRow = Readonly<Record<string, number | string | boolean | null | undefined>>

/** What a call passes under one input name: a tensor, or what the pipeline makes one from (several for a batch). */
export type InputValue = Tensor | ImageSource | TableRow | readonly ImageSource[] | readonly TableRow[]

/** A prediction to make. */
export interface PredictRequest {
  readonly inputs: Readonly<Record<string, InputValue>>
  readonly events?: EventsByName
  /** Milliseconds since the epoch, for windowed features. */
  readonly now: number
}

/** A label with its probability. */
export interface Score {
  readonly label: string
  readonly probability: number
}

/** What the pipeline reads from the outputs; absent where the pipeline has no such reading. */
export interface Reading {
  readonly label?: string
  readonly probability?: number
  /** In the order of the pipeline's labels. */
  readonly probabilities?: readonly Score[]
  /** Best first. */
  readonly top?: readonly Score[]
  /** Labels at or above the threshold (sigmoid). */
  readonly labels?: readonly string[]
  readonly value?: number
  readonly unit?: string
  readonly band?: string
}

/** The answer to a prediction. */
export interface PredictReply extends Reading {
  readonly outputs: Readonly<Record<string, Tensor>>
  /** One reading per row, when the call held several. */
  readonly readings?: readonly Reading[]
  readonly version: string
  readonly backend: Backend
  /** Milliseconds in the worker. */
  readonly timings: { readonly queue: number; readonly encode: number; readonly run: number; readonly decode: number }
}

/** The backend changed under a serving version because it failed while running. */
export interface BackendChange {
  readonly model: string
  readonly facts: LoadedFacts
}

/**
 * What an engine worker offers. Calls of one model run one at a time, in order; each runs wholly on the version
 * that was active when it started, so that a switch falls between two calls. A backend that fails while it runs
 * is replaced by the next one and the call is repeated there.
 */
export interface RuntimeApi {
  /**
   * Loads a version beside the serving one and runs it once on zeros.
   * @throws HomingError BACKEND_UNAVAILABLE with `details.backends`, ENGINE_MISSING.
   */
  load(request: LoadRequest): Promise<LoadedFacts>
  /** Makes a loaded version serve its model, and releases the one before once its calls have ended. */
  activate(model: string, instance: number): Promise<void>
  /** Releases a loaded version that does not serve. */
  discard(instance: number): Promise<void>
  /** @throws HomingError INPUT_*, ENGINE_FAILED, CLOSED when no version of the model serves. */
  predict(model: string, request: PredictRequest, signal?: AbortSignal): Promise<PredictReply>
  /** Releases the model. Calls in the queue reject with CLOSED. */
  close(model: string): Promise<void>
  /** Tells of backend changes while running. */
  onBackendChange(listener: (change: BackendChange) => void): Promise<void>
}

/** How a page configures an engine worker when it starts it. */
export interface RuntimeConfig {
  /** Absolute URL of the folder that holds the engine's files; without it the bundler's own URLs are used. */
  readonly assetBase?: string
  /** Threads for wasm; without it the number of cores, at most 8, where the page is cross-origin isolated. */
  readonly threads?: number
}
