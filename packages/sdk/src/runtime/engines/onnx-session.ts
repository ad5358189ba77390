import type { DType, Manifest, Tensor } from '@homing/protocol'

import { openOnnxGraph } from '../../libraries/onnx-graph.ts'
import type { RunningOnnx } from '../../libraries/onnx-start.ts'
import { fromOnnx, toOnnx } from '../../libraries/onnx-tensors.ts'
import type { EngineSession, HeldRun, HeldTensor } from '../engine.ts'
import type { LoadRequest } from '../runtime-api.ts'
import { heldTensor, outputOf, readHeld } from './onnx-held-tensor.ts'

/** Makes a session of a graph whose initialisers lie in the parameter file. */
export async function onnxSession(
  running: RunningOnnx,
  { parameters: { path }, signature, next }: Manifest,
  files: Pick<LoadRequest, 'graph' | 'parameters'>,
): Promise<EngineSession> {
  const passed = next?.kind === 'chain' ? Object.values(next.inputs) : []
  const staying = signature.outputs.filter(({ name, dtype }) => passed.includes(name) && onGpu.has(dtype))
  const location = Object.fromEntries(staying.map(({ name }) => [name, 'gpu-buffer' as const]))
  const { run, release } = await openOnnxGraph(
    running,
    { ...files, path },
    running.backend === 'webgpu' && staying.length > 0 ? { preferredOutputLocation: location } : {},
  )
  const names = signature.outputs.map(({ name }) => name)

  const feed = async (input: Tensor | HeldTensor) =>
    'data' in input ? toOnnx(running.library, input) : readHeld(running, input)

  const runHeld = async (
    inputs: Readonly<Record<string, Tensor | HeldTensor>>,
    hold: readonly string[],
  ): Promise<HeldRun> => {
    const fed = Object.entries(inputs).map(async ([name, input]) => [name, await feed(input)] as const)
    const results = await run(Object.fromEntries(await Promise.all(fed)), names)
    const outputs: Record<string, Tensor> = {}
    const held: Record<string, HeldTensor> = {}
    for (const name of names) {
      const result = results[name]!
      if (result.location === 'cpu') outputs[name] = fromOnnx(name, result)
      else if (hold.includes(name)) held[name] = heldTensor(running, result)
      else outputs[name] = await outputOf(running, name, result)
    }
    return { outputs, held }
  }
  return {
    run: async (inputs) => (await runHeld(inputs, [])).outputs,
    runHeld,
    release,
  }
}

/** What onnxruntime-web can leave on the GPU and JavaScript has an array for. */
const onGpu: ReadonlySet<DType> = new Set(['float32', 'float16', 'int32', 'uint32'])
