import { AutoModel, env, Tensor } from '@huggingface/transformers'

import { networks } from '../../../src/runtime/networks/network.ts'
import { answerCalls } from './answer-calls.ts'

// As its documentation says for models of one's own: nothing from its hub, its WASM files from this server.
env.allowRemoteModels = false
env.allowLocalModels = true
env.localModelPath = new URL('/networks/', location.href).href
env.useBrowserCache = false
const { wasm } = env.backends.onnx
if (!wasm) throw new Error('transformers.js has no WASM here')
wasm.wasmPaths = new URL('/transformers/', location.href).href
wasm.numThreads = navigator.hardwareConcurrency

answerCalls(async (network) => {
  const { input, output, shape } = networks[network]
  const model = await AutoModel.from_pretrained(network, { device: 'wasm', dtype: 'fp32' })
  return async (data, batch) => {
    const answer: unknown = await model({ [input]: new Tensor('float32', data, [batch, ...shape]) })
    return (answer as Record<string, Tensor>)[output]!.data as Float32Array
  }
})
