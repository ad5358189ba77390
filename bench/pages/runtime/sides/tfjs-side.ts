import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'

import { type NetworkName, networks } from '../../../src/runtime/networks/network.ts'
import { atOnce, type Side } from './side.ts'
import { tfjsNetworks } from './tfjs-networks.ts'

/** Plain TensorFlow.js on the page, on its WASM backend with SIMD and all cores. */
export async function openTfjs(network: NetworkName): Promise<Side> {
  setWasmPaths('/tfjs-wasm/')
  setThreadsCount(navigator.hardwareConcurrency)
  await tf.setBackend('wasm')
  await tf.ready()
  const forward = await tfjsNetworks[network]()
  const [channels, ...size] = networks[network].shape
  const predict: Side['predict'] = async (input) => {
    const scores = tf.tidy(() => {
      if (size.length === 0) return forward(tf.tensor(input, [1, channels!]))
      const image = tf.tensor(input, [1, channels!, ...size])
      return forward(channels === 1 ? tf.reshape(image, [1, ...size, 1]) : tf.transpose(image, [0, 2, 3, 1]))
    })
    const data = (await scores.data()) as Float32Array
    scores.dispose()
    return data
  }
  return { predict, predictEach: (inputs) => atOnce({ predict }, inputs) }
}
