import type { KeptEvent, PipelineInput } from '@homing/pipeline'
import type { Manifest } from '@homing/protocol'

import { onnxEngine } from '../runtime/engines/onnx-engine.ts'
import { tfjsEngine } from '../runtime/engines/tfjs-engine.ts'
import { createRuntime } from '../runtime/runtime.ts'
import type { LoadedFacts, PredictReply, PredictRequest } from '../runtime/runtime-api.ts'
import { type PackageFiles, readPackage } from './read-package.ts'

/** What window features are computed from: events by name, and the present, in milliseconds since the epoch. */
export interface NodeContext {
  readonly events?: Readonly<Record<string, readonly KeptEvent[]>>
  readonly now?: number
}

/** A package in memory. */
export interface NodePackage {
  readonly manifest: Manifest
  readonly facts: LoadedFacts
  /**
   * Runs the package: pipeline inputs (images as RGBA, rows of a table) or tensors, as in the browser. Calls run one
   * at a time, in order.
   * @throws HomingError INPUT_NAME, INPUT_DTYPE, INPUT_SHAPE, INPUT_VALUE, ENGINE_FAILED, CLOSED after `release()`.
   */
  predict(inputs: Readonly<Record<string, PipelineInput>>, context?: NodeContext): Promise<PredictReply>
  /** Frees the model. */
  release(): Promise<void>
}

/**
 * Loads a package from a folder in the static layout, every byte checked, as the SDK loads it in a browser:
 * onnx packages on onnxruntime-web's wasm (one thread), tfjs packages on TensorFlow.js' cpu backend.
 * @throws HomingError VERSION_UNKNOWN, MANIFEST_INVALID, BLOB_UNKNOWN, INTEGRITY_FAILED, ENGINE_MISSING, BACKEND_UNAVAILABLE.
 */
export async function loadPackage(directory: string, model: string, version: string): Promise<NodePackage> {
  return openPackage(await readPackage(directory, model, version))
}

/** Loads a package whose files are in memory, such as one that is about to be written. */
export async function openPackage(files: PackageFiles): Promise<NodePackage> {
  const { manifest } = files
  const isOnnx = manifest.engine === 'onnx'
  const runtime = createRuntime(isOnnx ? onnxEngine({ threads: 1 }) : tfjsEngine({}))
  const facts = await runtime.load({ ...files, backends: [isOnnx ? 'wasm' : 'cpu'] })
  await runtime.activate(manifest.model, facts.instance)
  return {
    manifest,
    facts,
    predict(inputs, { events = {}, now = Date.now() } = {}) {
      return runtime.predict(manifest.model, { inputs: inputs as PredictRequest['inputs'], events, now })
    },
    release: () => runtime.close(manifest.model),
  }
}
