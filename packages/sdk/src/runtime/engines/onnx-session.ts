import type { Manifest, Tensor } from '@homing/protocol'
import type { InferenceSession } from 'onnxruntime-web'

import { requireLife } from '../../libraries/backend-life.ts'
import { onnxFailure } from '../../libraries/onnx-failure.ts'
import type { RunningOnnx } from '../../libraries/onnx-start.ts'
import { fromOnnx, toOnnx } from '../../libraries/onnx-tensors.ts'
import type { EngineSession } from '../engine.ts'
import type { LoadRequest } from '../runtime-api.ts'

/** Makes a session of a graph whose initialisers lie in the parameter file. */
export async function onnxSession(
  { library, backend, life }: RunningOnnx,
  { parameters: { path }, signature }: Manifest,
  { graph, parameters }: Pick<LoadRequest, 'graph' | 'parameters'>,
): Promise<EngineSession> {
  let session: InferenceSession
  try {
    requireLife(life)
    session = await library.InferenceSession.create(graph, {
      executionProviders: [backend],
      ...(parameters.byteLength > 0 ? { externalData: [{ path, data: parameters }] } : {}),
    })
  } catch (cause) {
    throw onnxFailure('load the graph', cause)
  }
  const outputNames = signature.outputs.map(({ name }) => name)
  return {
    async run(inputs) {
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, tensor]) => [name, toOnnx(library, tensor)]),
      )
      try {
        requireLife(life)
        const results = await Promise.race([session.run(feeds, outputNames), life.lost])
        const outputs = outputNames.map((name): [string, Tensor] => [name, fromOnnx(name, results[name]!)])
        return Object.fromEntries(outputs)
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
