import { type ModelProto, writeModel } from '@homing/onnx'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/webgpu'

import type { Numbers, OpenModel } from '../run-model.ts'

env.wasm.numThreads = 1
env.logLevel = 'error'

/** Opens a model on one backend of plain onnxruntime-web. What WebGPU has no kernel for runs on the CPU. */
export async function openOn(backend: 'wasm' | 'webgpu', model: ModelProto): Promise<OpenModel> {
  const session = await InferenceSession.create(writeModel(model), { executionProviders: [backend] })
  return {
    async run(feeds) {
      const tensors = Object.entries(feeds).map(([name, value]) => [name, tensorOf(value)] as const)
      const outputs = await session.run(Object.fromEntries(tensors))
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]),
      )
    },
    close: () => session.release(),
  }
}

function tensorOf({ shape, data }: Numbers): Tensor {
  if (data instanceof Int32Array) return new Tensor('int32', data, shape)
  return new Tensor('float32', data as Float32Array, shape)
}
