import * as ort from 'onnxruntime-web/wasm'

import { type NetworkName, networks } from '../../../src/runtime/networks/network.ts'

/** Plain onnxruntime-web: takes samples one after another in one array, gives their scores. */
export type OrtSession = (data: Float32Array<ArrayBuffer>, batch: number) => Promise<Float32Array>

/** As its documentation recommends: all cores, all graph optimisations, its files from this server. */
export async function openOrtSession(network: NetworkName, url: string): Promise<OrtSession> {
  ort.env.wasm.numThreads = navigator.hardwareConcurrency
  ort.env.wasm.wasmPaths = new URL('/ort/', location.href).href
  const session = await ort.InferenceSession.create(url, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  })
  const { input, output, shape } = networks[network]
  return async (data, batch) => {
    const results = await session.run({ [input]: new ort.Tensor('float32', data, [batch, ...shape]) })
    return results[output]!.data as Float32Array
  }
}
