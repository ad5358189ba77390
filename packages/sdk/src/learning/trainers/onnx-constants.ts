import type { Tensor } from '@homing/protocol'

import type { OnnxTensors } from '../../libraries/onnx-graph.ts'
import type { RunningOnnx } from '../../libraries/onnx-start.ts'
import { toOnnx } from '../../libraries/onnx-tensors.ts'
import type { Tensors } from '../trainer.ts'

/** Bytes to which onnxruntime-web rounds the size of its GPU buffers. */
const bufferGrain = 16

/** Tensors that are fed in every step and never change. */
export interface OnnxConstants {
  readonly tensors: OnnxTensors
  readonly release: () => void
}

/** Copies of `tensors` as onnxruntime-web takes them: on webgpu on the GPU, so that no step brings them there again. */
export async function onnxConstants(
  { library, backend }: RunningOnnx,
  tensors: Tensors,
): Promise<OnnxConstants> {
  const entries = Object.entries(tensors)
  const onCpu = (): OnnxConstants => ({
    tensors: Object.fromEntries(entries.map(([name, tensor]) => [name, toOnnx(library, copyOf(tensor))])),
    release: () => undefined,
  })
  if (backend !== 'webgpu' || entries.length === 0) return onCpu()
  const device = await library.env.webgpu.device
  const buffers: GPUBuffer[] = []
  const upload = ({ dtype, shape, data }: Tensor) => {
    const bytes = data as Float32Array<ArrayBuffer>
    const size = Math.ceil(bytes.byteLength / bufferGrain) * bufferGrain
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage
    const buffer = device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST })
    buffers.push(buffer)
    const padded = new Uint8Array(size)
    padded.set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    device.queue.writeBuffer(buffer, 0, padded)
    return library.Tensor.fromGpuBuffer(buffer, { dataType: dtype as 'float32', dims: [...shape] })
  }
  return {
    tensors: Object.fromEntries(entries.map(([name, tensor]) => [name, upload(tensor)])),
    release() {
      for (const buffer of buffers) buffer.destroy()
    },
  }
}

/** A tensor with data of its own. */
export function copyOf(tensor: Tensor): Tensor {
  return { ...tensor, data: tensor.data.slice() } as Tensor
}
