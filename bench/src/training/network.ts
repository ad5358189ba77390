import { graphBuilder, type ModelProto, readModel } from '@homing/onnx'
import * as tf from '@tensorflow/tfjs-core'
import { layers, type LayersModel, loadLayersModel, sequential } from '@tensorflow/tfjs-layers'

import { noise } from './noise.ts'

/** What is trained: images of 28 x 28 pixels in, logits of ten classes out. */
export type NetworkName = 'mlp' | 'cnn'

/** Both files of digits, ONNX and tfjs. The second holds the weights of the first. */
export interface DigitsFiles {
  readonly onnx: Uint8Array<ArrayBuffer>
  readonly topology: string
  readonly weights: Uint8Array<ArrayBuffer>
}

/** One network for both sides, with the same weights. */
export interface Network {
  readonly onnx: ModelProto
  readonly tfjs: () => Promise<LayersModel>
  /** Shape of an image for either side. With one channel, both layouts hold the same numbers. */
  readonly image: { readonly onnx: readonly number[]; readonly tfjs: readonly number[] }
}

export const side = 28
export const pixels = side * side
export const classes = 10
const hidden = 250

/** 784-250-10 with ReLU (198,760 parameters), or the network of digits (two convolutions, 80,202 parameters). */
export function networkOf(name: NetworkName, files: DigitsFiles): Network {
  return name === 'mlp' ? mlp() : digits(files)
}

function mlp(): Network {
  const tensors = [
    { name: 'w1', shape: [pixels, hidden] },
    { name: 'b1', shape: [hidden] },
    { name: 'w2', shape: [hidden, classes] },
    { name: 'b2', shape: [classes] },
  ].map(({ shape, ...tensor }, seed) => ({
    ...tensor,
    shape,
    data: noise(shape, seed + 1).map((x) => x / 10),
  }))
  const g = graphBuilder('mlp', { opset: 17 })
  const x = g.input('image', 'float32', ['batch', pixels])
  const [w1, b1, w2, b2] = tensors.map(({ name, shape, data }) => g.parameter(name, 'float32', shape, data))
  const features = g.op('Relu', [g.op('Gemm', [x, w1!, b1!])])
  g.output('logits', g.op('Gemm', [features, w2!, b2!]), 'float32', ['batch', classes])
  const twin = (): LayersModel => {
    const model = sequential({
      layers: [
        layers.dense({ units: hidden, activation: 'relu', inputShape: [pixels] }),
        layers.dense({ units: classes }),
      ],
    })
    model.setWeights(tensors.map(({ shape, data }) => tf.tensor(data, shape)))
    return model
  }
  return {
    onnx: g.build(),
    tfjs: () => Promise.resolve(twin()),
    image: { onnx: [pixels], tfjs: [pixels] },
  }
}

function digits({ onnx, topology, weights }: DigitsFiles): Network {
  const { modelTopology, weightsManifest } = JSON.parse(topology) as tf.io.ModelJSON
  const weightSpecs = weightsManifest.flatMap((group) => group.weights)
  return {
    onnx: readModel(onnx),
    tfjs: () => loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData: weights.buffer })),
    image: { onnx: [1, side, side], tfjs: [side, side, 1] },
  }
}
