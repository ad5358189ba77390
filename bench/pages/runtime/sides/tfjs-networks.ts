import * as tf from '@tensorflow/tfjs-core'
import { loadLayersModel } from '@tensorflow/tfjs-layers'

import { mlpLayers } from '../../../src/runtime/networks/mlp.ts'
import { headWeights, mobilenetBlocks, weightsOf } from '../../../src/runtime/networks/mobilenet-v2.ts'
import type { NetworkName } from '../../../src/runtime/networks/network.ts'

/** The forward pass of a network over a batch, channels last, with fused kernels as its converter would choose them. */
export type TfjsNetwork = (x: tf.Tensor) => tf.Tensor

/** The networks in TensorFlow.js, with the weights of the ONNX files. */
export const tfjsNetworks: Readonly<Record<NetworkName, () => Promise<TfjsNetwork>>> = {
  async digits() {
    const model = await loadLayersModel('/tfjs/model.json')
    return (x) => model.predict(x) as tf.Tensor
  },
  mlp() {
    const layers = mlpLayers().map(({ from, to, weights, bias }) => ({
      b: tf.tensor2d(weights, [from, to]),
      bias: tf.tensor(bias),
    }))
    const forward: TfjsNetwork = (x) => {
      let a = x as tf.Tensor2D
      layers.forEach(({ b, bias }, index) => {
        const activation = index < layers.length - 1 ? 'relu' : 'linear'
        a = tf.fused.matMul({ a, b, bias, activation }) as tf.Tensor2D
      })
      return a
    }
    return Promise.resolve(forward)
  },
  mobilenet: () => Promise.resolve(mobilenet()),
}

function mobilenet(): TfjsNetwork {
  const blocks = mobilenetBlocks().map(({ convolutions, residual }) => ({
    residual,
    convolutions: convolutions.map((convolution) => {
      const { shape, weights, bias } = weightsOf(convolution)
      const { depthwise, stride, kernel, bounded } = convolution
      const options = {
        // [to, from, height, width] to [height, width, from, to]; a depthwise one has its channels third
        filter: tf.tidy(() =>
          tf.transpose(tf.tensor4d(weights, [...shape]), depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]),
        ),
        bias: tf.tensor(bias),
        strides: [stride, stride] as [number, number],
        pad: Math.floor(kernel / 2),
        activation: bounded ? ('relu6' as const) : ('linear' as const),
      }
      return (x: tf.Tensor4D): tf.Tensor4D =>
        depthwise ? tf.fused.depthwiseConv2d({ x, ...options }) : tf.fused.conv2d({ x, ...options })
    }),
  }))
  const { shape, weights, bias } = headWeights()
  const head = { b: tf.tensor2d(weights, [...shape]), bias: tf.tensor(bias) }
  return (input) => {
    let x = input as tf.Tensor4D
    for (const { convolutions, residual } of blocks) {
      const before = x
      for (const convolve of convolutions) x = convolve(x)
      if (residual) x = tf.add(before, x)
    }
    return tf.fused.matMul({ a: tf.mean<tf.Tensor2D>(x, [1, 2]), ...head })
  }
}
