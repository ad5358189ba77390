import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'

import { batches, batchSize } from './batches.ts'
import { classes, type Network } from './network.ts'
import { learningRate, momentum, type Trainee } from './trainee.ts'

/** Backends of TensorFlow.js by name, and how each is brought in as its documentation says. */
const backends = {
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  wasm: async (wasmFolder: string) => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(wasmFolder)
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false) // equal threads: its build for one, with SIMD
  },
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
} as const

export type TfjsBackend = keyof typeof backends

/**
 * A layers model that trains by `trainOnBatch`, its batches already where the backend wants them.
 * @throws Error when the backend does not start.
 */
export async function tfjsTrainee(
  network: Network,
  backend: TfjsBackend,
  wasmFolder: string,
): Promise<Trainee> {
  await backends[backend](wasmFolder)
  await tf.setBackend(backend)
  await tf.ready()
  if (tf.getBackend() !== backend) throw new Error('it does not start here')
  const logits = await network.tfjs()
  const model = sequential({ layers: [...logits.layers, layers.softmax()] })
  model.compile({
    optimizer: tf.train.momentum(learningRate, momentum),
    loss: 'categoricalCrossentropy',
  })
  const tensors = batches.map(({ images, oneHot }) => ({
    x: tf.tensor(images, [batchSize, ...network.image.tfjs]),
    y: tf.tensor(oneHot, [batchSize, classes]),
  }))
  let steps = 0
  return {
    async step() {
      if (tf.getBackend() !== backend) await tf.setBackend(backend) // a process has one for all
      const { x, y } = tensors[steps++ % tensors.length]!
      return Number(await model.trainOnBatch(x, y))
    },
  }
}
