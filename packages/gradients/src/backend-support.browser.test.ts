import { writeModel } from '@homing/onnx'
import { env, InferenceSession } from 'onnxruntime-web/webgpu'
import { expect, it } from 'vitest'

import { backendOperators } from './backend-operators.ts'
import { sampleModel } from './testing/operator-samples.ts'

env.wasm.numThreads = 1

const opsets = Array.from({ length: 11 }, (_, index) => 16 + index)
/** The engine takes these out of a graph before it looks for kernels; nothing is left of the sample. */
const removed = ['Constant', 'Dropout']

/** Whether the whole of a model is placed on WebGPU: without leave to fall back, the engine refuses the rest. */
async function isPlaced(type: string, opset: number): Promise<boolean> {
  return InferenceSession.create(writeModel(sampleModel(type, opset)), {
    executionProviders: ['webgpu'],
    extra: { session: { disable_cpu_ep_fallback: '1' } },
    logSeverityLevel: 4,
  }).then(
    (session) => session.release().then(() => true),
    () => false,
  )
}

it('the table says for which operator sets WebGPU has kernels', async () => {
  for (const [type, { since, wasm, webgpu }] of backendOperators) {
    if (removed.includes(type)) continue
    for (const opset of opsets) {
      const stated = opset >= since && opset <= Math.min(wasm, webgpu)
      expect(await isPlaced(type, opset), `${type} ${opset}`).toBe(stated)
    }
  }
})
