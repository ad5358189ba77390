import { graphBuilder, type ModelProto } from '@homing/onnx'

import { noise } from '../../training/noise.ts'

/** MobileNetV2's blocks (Sandler et al. 2018, table 2): expansion, channels, repetitions, stride. */
const table = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const

const side = 224
const features = 1280
const classes = 1000

/** A convolution with the batch normalisation folded into it, as exporters write it for inference. */
export interface Convolution {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly kernel: 1 | 3
  readonly stride: number
  /** One filter per channel. */
  readonly depthwise: boolean
  /** ReLU6 follows. */
  readonly bounded: boolean
}

/** Convolutions one after another; `residual`: what came in is added to what comes out. */
export interface Block {
  readonly convolutions: readonly Convolution[]
  readonly residual: boolean
}

/** All convolutions of the network, in order. */
export function mobilenetBlocks(): Block[] {
  const plain = { kernel: 1, stride: 1, depthwise: false, bounded: true } as const
  const stem: Convolution = { ...plain, name: 'stem', from: 3, to: 32, kernel: 3, stride: 2 }
  const blocks: Block[] = [{ convolutions: [stem], residual: false }]
  let from: number = stem.to
  table.forEach(([expansion, to, repetitions, firstStride], row) => {
    for (let index = 0; index < repetitions; index++) {
      const name = `block${row}.${index}`
      const wide = from * expansion
      const stride = index === 0 ? firstStride : 1
      const expand = { ...plain, name: `${name}.expand`, from, to: wide }
      const depth: Convolution = {
        ...plain,
        name: `${name}.depth`,
        from: wide,
        to: wide,
        kernel: 3,
        stride,
        depthwise: true,
      }
      const project = { ...plain, name: `${name}.project`, from: wide, to, bounded: false }
      const convolutions = expansion === 1 ? [depth, project] : [expand, depth, project]
      blocks.push({ convolutions, residual: stride === 1 && from === to })
      from = to
    }
  })
  blocks.push({ convolutions: [{ ...plain, name: 'last', from, to: features }], residual: false })
  return blocks
}

/** Weights of a convolution, [to, from, kernel, kernel] (one channel in where it is depthwise), and its biases. */
export function weightsOf({ name, from, to, kernel, depthwise }: Convolution): {
  readonly shape: readonly [number, number, number, number]
  readonly weights: Float32Array<ArrayBuffer>
  readonly bias: Float32Array<ArrayBuffer>
} {
  const shape = [to, depthwise ? 1 : from, kernel, kernel] as const
  const scale = Math.sqrt(6 / (shape[1] * kernel ** 2)) // He et al. 2015: activations keep their size
  const seed = new TextEncoder().encode(name).reduce((sum, letter) => (sum * 31 + letter) % 9973, 7)
  return {
    shape,
    weights: noise(shape, seed).map((value) => value * scale),
    bias: noise([to], seed + 1).map((value) => value / 10),
  }
}

/** The dense layer at the end: weights [features, classes], and biases. */
export function headWeights(): {
  readonly shape: readonly [number, number]
  readonly weights: Float32Array<ArrayBuffer>
  readonly bias: Float32Array<ArrayBuffer>
} {
  const shape = [features, classes] as const
  const scale = Math.sqrt(6 / features)
  return { shape, weights: noise(shape, 3).map((value) => value * scale), bias: noise([classes], 4) }
}

/** The network as ONNX: pixel_values [batch, 3, 224, 224] -> logits [batch, 1000]; 3.5 million random parameters. */
export function mobilenetModel(): ModelProto {
  const g = graphBuilder('mobilenet', { opset: 17 })
  let x = g.input('pixel_values', 'float32', ['batch', 3, side, side])
  for (const { convolutions, residual } of mobilenetBlocks()) {
    const before = x
    for (const convolution of convolutions) {
      const { name, from, kernel, stride, depthwise, bounded } = convolution
      const { shape, weights, bias } = weightsOf(convolution)
      const w = g.parameter(`${name}.weight`, 'float32', shape, weights)
      const b = g.parameter(`${name}.bias`, 'float32', [shape[0]], bias)
      const pad = Math.floor(kernel / 2)
      x = g.op('Conv', [x, w, b], {
        pads: [pad, pad, pad, pad],
        strides: [stride, stride],
        group: depthwise ? from : 1,
        kernel_shape: [kernel, kernel],
      })
      if (bounded) x = g.op('Clip', [x, g.scalar(0), g.scalar(6)])
    }
    if (residual) x = g.op('Add', [before, x])
  }
  const head = headWeights()
  const w = g.parameter('head.weight', 'float32', head.shape, head.weights)
  const b = g.parameter('head.bias', 'float32', [classes], head.bias)
  const pooled = g.op('Flatten', [g.op('GlobalAveragePool', [x])])
  g.output('logits', g.op('Gemm', [pooled, w, b]), 'float32', ['batch', classes])
  return g.build()
}
