import { HomingError, type Tensor } from '@homing/protocol'
import type { Tensor as OnnxTensor } from 'onnxruntime-web'

import { requireLife } from '../../libraries/backend-life.ts'
import { onnxFailure } from '../../libraries/onnx-failure.ts'
import type { OnnxGraph } from '../../libraries/onnx-graph.ts'
import type { RunningOnnx } from '../../libraries/onnx-start.ts'
import { fromOnnx, toOnnx } from '../../libraries/onnx-tensors.ts'
import type { HeldRun, HeldTensor } from '../held-tensor.ts'

/** An output on the GPU of the backend that computed it. */
interface OnnxHeldTensor extends HeldTensor {
  readonly from: RunningOnnx
  readonly tensor: OnnxTensor
}

/** Runs a graph on inputs that may lie on the GPU; outputs named in `hold` stay there, the others are downloaded. */
export async function onnxHeldRun(
  running: RunningOnnx,
  graph: OnnxGraph,
  names: readonly string[],
  inputs: Readonly<Record<string, Tensor | HeldTensor>>,
  hold: readonly string[],
): Promise<HeldRun> {
  const fed = Object.entries(inputs).map(
    async ([name, input]) =>
      [name, 'data' in input ? toOnnx(running.library, input) : await readHeld(running, input)] as const,
  )
  const results = await graph.run(Object.fromEntries(await Promise.all(fed)), names)
  const outputs: Record<string, Tensor> = {}
  const held: Record<string, HeldTensor> = {}
  for (const name of names) {
    const result = results[name]!
    if (result.location === 'cpu') outputs[name] = fromOnnx(name, result)
    else if (hold.includes(name)) held[name] = heldTensor(running, result)
    else outputs[name] = await downloadOutput(running, name, result)
  }
  return { outputs, held }
}

function heldTensor(from: RunningOnnx, tensor: OnnxTensor): OnnxHeldTensor {
  const { type, dims } = tensor
  return {
    dtype: type as Tensor['dtype'],
    shape: [...dims],
    from,
    tensor,
    release: () => tensor.dispose(),
  }
}

/**
 * A held tensor as an input of a session on `running`: where that is another backend, by way of the CPU.
 * @throws HomingError CLOSED when it is gone with its GPU: what made it is to be run again.
 */
async function readHeld(running: RunningOnnx, held: HeldTensor): Promise<OnnxTensor> {
  const { from, tensor } = held as OnnxHeldTensor
  if (from === running) return tensor
  try {
    return toOnnx(running.library, await download(from, 'input', tensor, false))
  } catch (cause) {
    throw new HomingError('CLOSED', 'A tensor was lost with the GPU that it lay on.', { cause })
  }
}

async function downloadOutput(from: RunningOnnx, name: string, tensor: OnnxTensor): Promise<Tensor> {
  try {
    return await download(from, name, tensor, true)
  } catch (cause) {
    throw onnxFailure('read the outputs', cause)
  }
}

async function download(
  { life }: RunningOnnx,
  name: string,
  tensor: OnnxTensor,
  release: boolean,
): Promise<Tensor> {
  requireLife(life)
  await life.during(tensor.getData(release))
  requireLife(life)
  return fromOnnx(name, tensor)
}
