import type { GraphBuilder, Value } from '@homing/onnx'

import type { Weights } from './weights.ts'

/** How a convolution moves; one step, within its padding, over all channels together when absent. */
export interface ConvOptions {
  readonly kernel?: number
  readonly stride?: number
  readonly group?: number
}

/** Layers that several networks have, written as exporters write them. */
export interface Layers {
  /** Convolution without bias, padded so that the size stays but for the stride; weights `<name>.weight`. */
  conv(x: Value, name: string, channels: readonly [from: number, to: number], options?: ConvOptions): Value
  /** BatchNormalization of `channels` channels; tensors `<name>.weight`, `.bias`, `.mean`, `.var`. */
  batchNorm(x: Value, name: string, channels: number): Value
  /** ReLU6, which is Clip with constant bounds. */
  relu6(x: Value): Value
  /** x W + b over features in the last axis, as Gemm; tensors `<name>.weight` ([from, to]) and `.bias`. */
  dense(x: Value, name: string, from: number, to: number): Value
}

export function layersOf(g: GraphBuilder, weights: Weights): Layers {
  return {
    conv(x, name, [from, to], { kernel = 3, stride = 1, group = 1 } = {}) {
      const fanIn = (from / group) * kernel ** 2
      const w = weights.kernel(`${name}.weight`, [to, from / group, kernel, kernel], fanIn)
      const before = Math.floor(kernel / 2)
      const pads = [before, before, before, before]
      return g.op('Conv', [x, w], { pads, strides: [stride, stride], group, kernel_shape: [kernel, kernel] })
    },
    batchNorm(x, name, channels) {
      const tensors = [
        weights.vector(`${name}.weight`, channels, 1),
        weights.vector(`${name}.bias`, channels),
        weights.vector(`${name}.mean`, channels),
        weights.vector(`${name}.var`, channels, 1),
      ]
      return g.op('BatchNormalization', [x, ...tensors], { epsilon: batchNormEpsilon, momentum: 0.9 })
    },
    relu6: (x) => g.op('Clip', [x, g.scalar(0), g.scalar(6)]),
    dense(x, name, from, to) {
      const w = weights.kernel(`${name}.weight`, [from, to], from)
      return g.op('Gemm', [x, w, weights.vector(`${name}.bias`, to)])
    },
  }
}

/** Large enough for float32 on every backend. */
export const batchNormEpsilon = 1e-3
