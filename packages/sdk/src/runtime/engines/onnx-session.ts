import type { Manifest, Tensor } from '@homing/protocol'

import { openOnnxGraph } from '../../libraries/onnx-graph.ts'
import type { RunningOnnx } from '../../libraries/onnx-start.ts'
import { fromOnnx, toOnnx } from '../../libraries/onnx-tensors.ts'
import type { EngineSession } from '../engine.ts'
import type { LoadRequest } from '../runtime-api.ts'

/** Makes a session of a graph whose initialisers lie in the parameter file. */
export async function onnxSession(
  running: RunningOnnx,
  { parameters: { path }, signature }: Manifest,
  files: Pick<LoadRequest, 'graph' | 'parameters'>,
): Promise<EngineSession> {
  const { run, release } = await openOnnxGraph(running, { ...files, path })
  const names = signature.outputs.map(({ name }) => name)
  return {
    async run(inputs) {
      const fed = Object.entries(inputs).map(
        ([name, tensor]) => [name, toOnnx(running.library, tensor)] as const,
      )
      const results = await run(Object.fromEntries(fed), names)
      return Object.fromEntries(names.map((name): [string, Tensor] => [name, fromOnnx(name, results[name]!)]))
    },
    release,
  }
}
