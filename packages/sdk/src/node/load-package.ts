import type { KeptEvent, PipelineInput } from '@homing/pipeline'
import { HomingError, type Manifest, type Precision } from '@homing/protocol'

import { onnxEngine } from '../runtime/engines/onnx-engine.ts'
import { tfjsEngine } from '../runtime/engines/tfjs-engine.ts'
import type { Explanation, ExplainSettings } from '../runtime/explanation-api.ts'
import { createRuntime } from '../runtime/runtime.ts'
import type { ExplainRequest, LoadedFacts, PredictReply, PredictRequest } from '../runtime/runtime-api.ts'
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
  /**
   * Explains what the package says to one example, as `model.explain` does in the browser.
   * @throws HomingError as `predict`, CONFIG_INVALID, TRAINING_UNAVAILABLE.
   */
  explain(
    inputs: Readonly<Record<string, PipelineInput>>,
    settings?: ExplainSettings<PipelineInput>,
    context?: NodeContext,
  ): Promise<Explanation>
  /** Frees the model. */
  release(): Promise<void>
}

/**
 * Loads a package from a folder in the static layout, every byte checked, as the SDK loads it in a browser, its
 * own parameters or those of a `precision`:
 * onnx packages on onnxruntime-web's wasm (one thread), tfjs packages on TensorFlow.js' cpu backend. Its probes are run.
 * @throws HomingError VERSION_UNKNOWN, MANIFEST_INVALID, BLOB_UNKNOWN, INTEGRITY_FAILED, ENGINE_MISSING, BACKEND_UNAVAILABLE.
 */
export async function loadPackage(
  directory: string,
  model: string,
  version: string,
  precision?: Precision,
): Promise<NodePackage> {
  return openPackage(await readPackage(directory, model, version, precision))
}

/** Loads a package whose files are in memory, such as one that is about to be written. */
export async function openPackage({ probes, ...files }: PackageFiles): Promise<NodePackage> {
  const { manifest } = files
  const isOnnx = manifest.engine === 'onnx'
  const runtime = createRuntime(isOnnx ? onnxEngine({ threads: 1 }) : tfjsEngine({}))
  const request = { ...files, backends: [isOnnx ? 'wasm' : 'cpu'] as const }
  const readProbes = probes && (() => Promise.resolve(probes))
  const facts = await runtime.load(request, undefined, readProbes)
  await runtime.activate(manifest.model, facts.instance)
  return {
    manifest,
    facts,
    predict(inputs, { events = {}, now = Date.now() } = {}) {
      return runtime.predict(manifest.model, { inputs: inputs as PredictRequest['inputs'], events, now })
    },
    async explain(inputs, settings = {}, { events = {}, now = Date.now() } = {}) {
      const request = { inputs, settings, events, now } as ExplainRequest
      const reply = await runtime.explain(manifest.model, request)
      if (!('needs' in reply)) return reply
      const { explanation: graph, parameters } = files
      if (!graph)
        throw new HomingError(
          'TRAINING_UNAVAILABLE',
          'The files hold no explanation graph: pass it as `explanation`.',
        )
      await runtime.loadExplanation(manifest.model, { manifest, graph, parameters })
      return (await runtime.explain(manifest.model, request)) as Explanation
    },
    release: () => runtime.close(manifest.model),
  }
}
