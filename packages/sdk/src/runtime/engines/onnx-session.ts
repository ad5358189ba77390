import type { DType, Manifest, Tensor } from '@homing/protocol'

import { openOnnxGraph } from '../../libraries/onnx-graph.ts'
import type { RunningOnnx } from '../../libraries/onnx-start.ts'
import { fromOnnx, toOnnx } from '../../libraries/onnx-tensors.ts'
import type { EngineSession } from '../engine.ts'
import type { LoadRequest } from '../runtime-api.ts'

/** Makes a session of a graph whose initialisers lie in the parameter file. */
export async function onnxSession(
  running: RunningOnnx,
  manifest: Manifest,
  files: Pick<LoadRequest, 'graph' | 'parameters'>,
): Promise<EngineSession> {
  const { path } = manifest.parameters
  const names = manifest.signature.outputs.map(({ name }) => name)
  const staying = running.backend === 'webgpu' ? passedOn(manifest) : []
  const preferredOutputLocation = Object.fromEntries(staying.map((name) => [name, 'gpu-buffer' as const]))
  const graph = await openOnnxGraph(
    running,
    { ...files, path },
    staying.length > 0 ? { preferredOutputLocation } : {},
  )
  const runHeld: NonNullable<EngineSession['runHeld']> = async (inputs, hold) =>
    (await import('./onnx-held-run.ts')).onnxHeldRun(running, graph, names, inputs, hold)

  const run: EngineSession['run'] = async (inputs) => {
    const fed = Object.entries(inputs).map(
      ([name, tensor]) => [name, toOnnx(running.library, tensor)] as const,
    )
    const results = await graph.run(Object.fromEntries(fed), names)
    return Object.fromEntries(names.map((name): [string, Tensor] => [name, fromOnnx(name, results[name]!)]))
  }
  return {
    run: staying.length > 0 ? async (inputs) => (await runHeld(inputs, [])).outputs : run,
    runHeld,
    release: graph.release,
  }
}

/** What onnxruntime-web can leave on the GPU and JavaScript has an array for. */
const onGpu: ReadonlySet<DType> = new Set(['float32', 'float16', 'int32', 'uint32'])

/** Outputs that another model takes, and that can stay on the GPU for it. */
function passedOn({ signature, next }: Manifest): string[] {
  const passed = next?.kind === 'chain' ? Object.values(next.inputs) : []
  return signature.outputs.flatMap(({ name, dtype }) =>
    passed.includes(name) && onGpu.has(dtype) ? [name] : [],
  )
}
