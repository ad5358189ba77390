import * as tf from '@tensorflow/tfjs-core'

import { batchNormEpsilon } from '../models/layers.ts'
import type { Tensors } from './twin.ts'

/** Images of ONNX [batch, channels, height, width] as tfjs has them, channels last. */
export const imagesOf = (x: tf.Tensor): tf.Tensor4D => tf.transpose(x as tf.Tensor4D, [0, 2, 3, 1])

/** A convolution over the kernel `<name>.weight`, padded so that the size stays but for the stride. */
export function conv(x: tf.Tensor4D, tensors: Tensors, name: string, stride = 1): tf.Tensor4D {
  const kernel = tf.transpose(tensors[`${name}.weight`] as tf.Tensor4D, [2, 3, 1, 0])
  return tf.conv2d(x, kernel, stride, 'same')
}

/** Each channel with its own kernel. */
export function depthwise(x: tf.Tensor4D, tensors: Tensors, name: string, stride: number): tf.Tensor4D {
  const kernel = tf.transpose(tensors[`${name}.weight`] as tf.Tensor4D, [2, 3, 0, 1])
  return tf.depthwiseConv2d(x, kernel, stride, 'same')
}

/** Batch normalisation with the stored averages. */
export function batchNorm(x: tf.Tensor4D, tensors: Tensors, name: string): tf.Tensor4D {
  const of = (part: string): tf.Tensor1D => tensors[`${name}.${part}`] as tf.Tensor1D
  return tf.batchNorm(x, of('mean'), of('var'), of('bias'), of('weight'), batchNormEpsilon)
}

/** Dense layer of `<name>.weight` and `<name>.bias`. */
export function dense(x: tf.Tensor, tensors: Tensors, name: string): tf.Tensor2D {
  return tf.add(
    tf.matMul(x as tf.Tensor2D, tensors[`${name}.weight`] as tf.Tensor2D),
    tensors[`${name}.bias`]!,
  )
}
