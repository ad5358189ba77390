import { graphBuilder, type GraphBuilder, type ModelProto, type Value } from '../index.ts'

/** Numbers like those of a trained layer, the same for the same seed. */
export const waves = (count: number, seed: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + seed) * Math.cos(i * 0.31) * scale)

/** A small network and the input that it is tried on. */
export interface QuantisedSample {
  readonly model: ModelProto
  readonly feeds: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly data: Float32Array | BigInt64Array }>
  >
}

const weight = (g: GraphBuilder, name: string, shape: readonly number[], scale: number): Value =>
  g.parameter(
    name,
    'float32',
    shape,
    waves(
      shape.reduce((product, dim) => product * dim, 1),
      name.length,
      scale,
    ),
  )

/** Dense layers in each way that exporters write them. */
function dense(): QuantisedSample {
  const g = graphBuilder('dense')
  const x = g.input('x', 'float32', ['n', 32])
  const first = g.op(
    'Gemm',
    [x, weight(g, 'first.weight', [48, 32], 0.2), weight(g, 'first.bias', [48], 0.1)],
    {
      transB: 1,
    },
  )
  const second = g.op('MatMul', [g.op('Relu', [first]), weight(g, 'second', [48, 16], 0.2)])
  const third = g.op('Gemm', [g.op('Tanh', [second]), weight(g, 'third', [16, 24], 0.3)], { alpha: 0.5 })
  g.output('y', third, 'float32', ['n', 24])
  return { model: g.build(), feeds: { x: { shape: [3, 32], data: waves(96, 5) } } }
}

/** Convolutions, a depthwise and a transposed one among them, with what stands around them. */
function convolutional(): QuantisedSample {
  const g = graphBuilder('convolutional')
  const x = g.input('x', 'float32', [1, 4, 8, 8])
  const around = { pads: [1, 1, 1, 1] }
  const first = g.op(
    'Conv',
    [x, weight(g, 'first', [16, 4, 3, 3], 0.2), weight(g, 'bias', [16], 0.1)],
    around,
  )
  const depthwise = g.op('Conv', [g.op('Relu', [first]), weight(g, 'depthwise', [16, 1, 5, 5], 0.2)], {
    pads: [2, 2, 2, 2],
    group: 16,
  })
  const pooled = g.op('MaxPool', [depthwise], { kernel_shape: [2, 2], strides: [2, 2] })
  const up = g.op('ConvTranspose', [pooled, weight(g, 'up', [16, 8, 2, 2], 0.2)], { strides: [2, 2] })
  g.output('y', g.op('Sigmoid', [up]), 'float32', [1, 8, 8, 8])
  return { model: g.build(), feeds: { x: { shape: [1, 4, 8, 8], data: waves(256, 2) } } }
}

/** An embedding, a normalisation, and a product along its last axis. */
function embedded(): QuantisedSample {
  const g = graphBuilder('embedded')
  const words = g.input('words', 'int64', ['n', 5])
  const rows = g.op('Gather', [weight(g, 'table', [40, 16], 1), words])
  const normal = g.op('LayerNormalization', [rows, weight(g, 'gain', [16], 1), weight(g, 'shift', [16], 1)])
  const product = g.op('MatMul', [normal, weight(g, 'mix', [16, 16], 0.5)])
  g.output('y', g.op('Softmax', [product]), 'float32', ['n', 5, 16])
  return {
    model: g.build(),
    feeds: { words: { shape: [1, 5], data: BigInt64Array.of(3n, 0n, 39n, 7n, 7n) } },
  }
}

/** Networks whose weights take every way into 8 bits and half precision. */
export const quantisedSamples = { dense, convolutional, embedded }
