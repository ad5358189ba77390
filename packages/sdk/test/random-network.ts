import { canonicalBytes, type Tensor } from '@homing/protocol'

import type { Tensors } from '../src/runtime/engine.ts'
import type { LoadRequest } from '../src/runtime/runtime-api.ts'
import { tinyOnnx } from './tiny-onnx.ts'
import { floats, tinyRequest } from './tiny-packages.ts'

/** How the weights of a network are kept. */
export type WeightFormat = 'fp32' | 'fp16' | 'int8'

/** One dense layer: `kernel` of `width[0]` by `width[1]`, row-major, then ReLU but for the last. */
interface Layer {
  readonly width: readonly [number, number]
  readonly kernel: Float32Array
  readonly bias: Float32Array
}

/** A multilayer perceptron with weights drawn at random. */
export interface RandomNetwork {
  readonly layers: readonly Layer[]
  /** What it gives, computed in double precision with the weights as `format` keeps them. */
  reference(x: Tensor, format?: WeightFormat): Tensors
}

const widths = [12, 16, 16, 5]
const inputs = [{ name: 'x', dtype: 'float32' as const, shape: ['batch', widths[0]!] }]
const outputs = [{ name: 'y', dtype: 'float32' as const, shape: ['batch', widths.at(-1)!] }]

export function randomNetwork(random: () => number): RandomNetwork {
  const layers = widths.slice(1).map((outputs, index): Layer => {
    const inputs = widths[index]!
    const scale = Math.sqrt(6 / inputs) // keeps the spread of the values through layers with ReLU
    const draw = (length: number, scale: number): Float32Array =>
      Float32Array.from({ length }, () => (random() * 2 - 1) * scale)
    return { width: [inputs, outputs], kernel: draw(inputs * outputs, scale), bias: draw(outputs, 0.2) }
  })
  return {
    layers,
    reference({ data, shape }, format = 'fp32') {
      const rows = shape[0]!
      let values = Array.from(data as Float32Array)
      for (const [index, { width, kernel, bias }] of layers.entries()) {
        const [inputs, outputs] = width
        const kept = asKept(kernel, format)
        const last = index === layers.length - 1
        values = Array.from({ length: rows * outputs }, (_, at) => {
          const [row, column] = [Math.floor(at / outputs), at % outputs]
          let sum = bias[column]!
          for (let k = 0; k < inputs; k++) sum += values[row * inputs + k]! * kept[k * outputs + column]!
          return last ? sum : Math.max(0, sum)
        })
      }
      return { y: floats(values, [rows, widths.at(-1)!]) }
    },
  }
}

/** The network as an ONNX version; `layers` replaces what it computes with. */
export function networkRequest(
  { layers }: Pick<RandomNetwork, 'layers'>,
  format: WeightFormat = 'fp32',
): LoadRequest {
  const chunks: Uint8Array[] = []
  let offset = 0
  const place = (bytes: Uint8Array): { offset: number; size: number } => {
    const padded = new Uint8Array(Math.ceil(bytes.byteLength / 64) * 64)
    padded.set(bytes)
    chunks.push(padded)
    const placed = { offset, size: bytes.byteLength }
    offset += padded.byteLength
    return placed
  }
  const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength)
  const parameters: Parameters<typeof tinyOnnx>[0]['parameters'][] = []
  const nodes: Parameters<typeof tinyOnnx>[0]['nodes'][number][] = []
  layers.forEach(({ width, kernel, bias }, index) => {
    const [before, after] = [
      index === 0 ? 'x' : `relu${index - 1}`,
      index === layers.length - 1 ? 'y' : `sum${index}`,
    ]
    const dtype = ({ fp32: 'float32', fp16: 'float16', int8: 'int8' } as const)[format]
    const weights = format === 'fp32' ? kernel : format === 'fp16' ? halves(kernel) : quantised(kernel).values
    parameters.push([
      { name: `kernel${index}`, dtype, shape: width, ...place(bytesOf(weights)) },
      { name: `bias${index}`, dtype: 'float32', shape: [width[1]], ...place(bytesOf(bias)) },
    ])
    let used = `kernel${index}`
    if (format === 'fp16')
      nodes.push({ op: 'Cast', inputs: [used], outputs: [(used = `full${index}`)], attributes: { to: 1 } })
    if (format === 'int8') {
      const scale = Float32Array.of(quantised(kernel).scale)
      parameters.push([{ name: `scale${index}`, dtype: 'float32', shape: [], ...place(bytesOf(scale)) }])
      nodes.push({
        op: 'DequantizeLinear',
        inputs: [used, `scale${index}`],
        outputs: [(used = `full${index}`)],
      })
    }
    nodes.push({ op: 'MatMul', inputs: [before, used], outputs: [`product${index}`] })
    nodes.push({ op: 'Add', inputs: [`product${index}`, `bias${index}`], outputs: [after] })
    if (index < layers.length - 1) nodes.push({ op: 'Relu', inputs: [after], outputs: [`relu${index}`] })
  })
  const file = new Uint8Array(offset)
  let end = 0
  for (const chunk of chunks) {
    file.set(chunk, end)
    end += chunk.byteLength
  }
  const graph = tinyOnnx({ inputs, outputs, nodes, parameters: parameters.flatMap((each) => each ?? []) })
  return tinyRequest({ graph, parameters: file }, { inputs, outputs }, [])
}

/** The network as a layers model of TensorFlow.js. */
export function networkLayersRequest({ layers }: RandomNetwork): LoadRequest {
  const described = layers.map(({ width: [inputs, units] }, index) => {
    const config = { name: `dense${index}`, units, use_bias: true, dtype: 'float32' }
    const activation = index === layers.length - 1 ? 'linear' : 'relu'
    const first = index === 0 ? { batch_input_shape: [null, inputs] } : {}
    return { class_name: 'Dense', config: { ...config, ...first, activation } }
  })
  const modelTopology = {
    class_name: 'Sequential',
    config: { name: 'network', layers: described },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  }
  const weightSpecs = layers.flatMap(({ width }, index) => [
    { name: `dense${index}/kernel`, shape: width, dtype: 'float32' },
    { name: `dense${index}/bias`, shape: [width[1]], dtype: 'float32' },
  ])
  const weights = layers.flatMap(({ kernel, bias }) => [...kernel, ...bias])
  const graph = canonicalBytes({ format: 'layers-model', modelTopology, weightSpecs })
  const parameters = new Uint8Array(Float32Array.from(weights).buffer)
  return tinyRequest({ graph, parameters }, { inputs, outputs }, [], { engine: 'tfjs' })
}

function asKept(kernel: Float32Array, format: WeightFormat): ArrayLike<number> {
  if (format === 'fp32') return kernel
  if (format === 'fp16') return Array.from(kernel, (value) => nearestHalf(value))
  const { values, scale } = quantised(kernel)
  return Array.from(values, (value) => value * scale)
}

function quantised(kernel: Float32Array): { values: Int8Array; scale: number } {
  const scale = Math.fround(Math.max(...kernel.map(Math.abs)) / 127)
  return { values: Int8Array.from(kernel, (value) => Math.round(value / scale)), scale }
}

const smallestNormalHalf = 2 ** -14

/** The value that half precision keeps of a small number. */
function nearestHalf(value: number): number {
  const size = Math.max(Math.abs(value), smallestNormalHalf)
  const step = 2 ** (Math.floor(Math.log2(size)) - 10)
  return Math.round(value / step) * step
}

function halves(kernel: Float32Array): Uint16Array {
  return Uint16Array.from(kernel, (weight) => {
    const value = nearestHalf(weight)
    const size = Math.abs(value)
    const sign = value < 0 ? 0x8000 : 0
    if (size < smallestNormalHalf) return sign | Math.round(size * 2 ** 24)
    const exponent = Math.floor(Math.log2(size))
    return sign | ((exponent + 15) << 10) | Math.round((size / 2 ** exponent - 1) * 1024)
  })
}
