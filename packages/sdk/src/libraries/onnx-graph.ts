import type { InferenceSession, Tensor } from 'onnxruntime-web'

import { requireLife } from './backend-life.ts'
import { onnxFailure } from './onnx-failure.ts'
import type { RunningOnnx } from './onnx-start.ts'

/** A session's own warnings, on unused initialisers say, would go to the console of somebody else's app. */
const errorsOnly = 3

/**
 * Threads that wait for work of the next run in a loop take a core from the page, and charge from a battery: they do so within
 * a run, and sleep after it. The keys are those of `onnxruntime_session_options_config_keys.h`.
 */
const restful = { session: { force_spinning_stop: '1' } }

/** Tensors of onnxruntime-web by name. */
export type OnnxTensors = Readonly<Record<string, Tensor>>

/** A graph in memory. */
export interface OnnxGraph {
  /** Rejects with ENGINE_FAILED when the run fails or the GPU is gone. */
  run(feeds: OnnxTensors, outputs: readonly string[]): Promise<OnnxTensors>
  release(): Promise<void>
}

/** A graph to open; initialisers that are external data lie in `parameters`, which the graph knows as `path`. */
export interface OnnxFiles {
  readonly graph: Uint8Array<ArrayBuffer>
  readonly parameters: Uint8Array<ArrayBuffer>
  readonly path: string
}

/**
 * Opens a graph on a backend.
 * @throws HomingError OPERATOR_UNSUPPORTED, ENGINE_FAILED.
 */
export async function openOnnxGraph(
  { library, provider, life }: RunningOnnx,
  { graph, parameters, path }: OnnxFiles,
  options: InferenceSession.SessionOptions = {},
): Promise<OnnxGraph> {
  let session: InferenceSession
  try {
    requireLife(life)
    session = await library.InferenceSession.create(graph, {
      logSeverityLevel: errorsOnly,
      extra: restful,
      ...options,
      executionProviders: [provider],
      ...(parameters.byteLength > 0 ? { externalData: [{ path, data: parameters }] } : {}),
    })
  } catch (cause) {
    throw onnxFailure('load the graph', cause)
  }
  return {
    async run(feeds, outputs) {
      try {
        requireLife(life)
        return await life.during(session.run(feeds, outputs))
      } catch (cause) {
        throw onnxFailure('run the graph', cause)
      }
    },
    async release() {
      // On a lost device it would never end, and block the engine; only the worker's end gives that memory back.
      if (!life.end()) await session.release()
    },
  }
}
