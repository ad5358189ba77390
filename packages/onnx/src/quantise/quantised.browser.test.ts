import { env, InferenceSession, Tensor } from 'onnxruntime-web/webgpu'
import { expect, it } from 'vitest'

import { type ModelProto, quantiseModel, writeModel } from '../index.ts'
import { type QuantisedSample, quantisedSamples } from './quantised-samples.ts'

/** In milliseconds: SwiftShader computes on the CPU, which may be busy. */
const timeout = 240_000

env.wasm.numThreads = 1
env.logLevel = 'error'

async function runOn(
  backend: 'wasm' | 'webgpu',
  model: ModelProto,
  feeds: QuantisedSample['feeds'],
): Promise<readonly number[]> {
  const session = await InferenceSession.create(writeModel(model), { executionProviders: [backend] })
  const tensors = Object.entries(feeds).map(([name, { shape, data }]) => [
    name,
    data instanceof Float32Array ? new Tensor('float32', data, shape) : new Tensor('int64', data, shape),
  ])
  const { y } = await session.run(Object.fromEntries(tensors) as Record<string, Tensor>)
  await session.release()
  return Array.from(y!.data as Float32Array)
}

it.each(Object.keys(quantisedSamples) as (keyof typeof quantisedSamples)[])(
  'the %s sample with weights in 8 bits says on webgpu what it says on wasm',
  { timeout },
  async (name) => {
    const { model, feeds } = quantisedSamples[name]()
    const small = quantiseModel(model)
    const [wasm, webgpu] = [await runOn('wasm', small, feeds), await runOn('webgpu', small, feeds)]
    webgpu.forEach((value, at) => expect(value).toBeCloseTo(wasm[at]!, 4))
  },
)
