import { HomingError, type Tensor } from '@homing/protocol'
import type { Tensor as OnnxTensor } from 'onnxruntime-web'

import { requireLife } from '../../libraries/backend-life.ts'
import { onnxFailure } from '../../libraries/onnx-failure.ts'
import type { RunningOnnx } from '../../libraries/onnx-start.ts'
import { fromOnnx, toOnnx } from '../../libraries/onnx-tensors.ts'
import type { HeldTensor } from '../engine.ts'

/** An output on the GPU of the backend that computed it. */
interface OnnxHeldTensor extends HeldTensor {
  readonly from: RunningOnnx
  readonly tensor: OnnxTensor
}

/** Holds an output on the GPU until it is released. */
export function heldTensor(from: RunningOnnx, tensor: OnnxTensor): HeldTensor {
  const { type, dims } = tensor
  const held: OnnxHeldTensor = {
    dtype: type as Tensor['dtype'],
    shape: [...dims],
    from,
    tensor,
    release: () => tensor.dispose(),
  }
  return held
}

/**
 * A held tensor as an input of a session on `running`: where that is another backend, by way of the CPU.
 * @throws HomingError CLOSED when it is gone with its GPU: what made it is to be run again.
 */
export async function readHeld(running: RunningOnnx, held: HeldTensor): Promise<OnnxTensor> {
  const { from, tensor } = held as OnnxHeldTensor
  if (from === running) return tensor
  try {
    return toOnnx(running.library, await download(from, 'input', tensor, false))
  } catch (cause) {
    throw new HomingError('CLOSED', 'A tensor was lost with the GPU that it lay on.', { cause })
  }
}

/** An output that need not stay on the GPU. */
export async function outputOf(from: RunningOnnx, name: string, tensor: OnnxTensor): Promise<Tensor> {
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
