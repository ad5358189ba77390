import { type ModelProto, readTensor } from '@homing/onnx'
import { HomingError } from '@homing/protocol'

import { digitsInput, digitsOutput, digitsSizes } from './digits-model.ts'

/** Names of the twin's files in its folder. */
export const twinFiles = { topology: 'model.json', weights: 'weights.bin' } as const

/** A weight as tfjs has it. */
interface Weight {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/**
 * The same network with the same weights as a layers model of TensorFlow.js: image [batch, 28, 28, 1] to logits
 * [batch, 10]. Kernels go from [out, in, height, width] to [height, width, in, out]. The dense layer behind the
 * flattening reads its inputs in another order, since tfjs flattens height, width, channel.
 */
export function tfjsTwin(model: ModelProto): Record<string, Uint8Array | string> {
  const weights = twinWeights(model)
  const bytes = new Uint8Array(weights.reduce((sum, { data }) => sum + data.byteLength, 0))
  let offset = 0
  for (const { data } of weights) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    offset += data.byteLength
  }
  const specs = weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }))
  const json = {
    format: 'layers-model',
    generatedBy: 'homing',
    convertedBy: null,
    modelTopology: {
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
      model_config: twinTopology(),
    },
    weightsManifest: [{ paths: [twinFiles.weights], weights: specs }],
  }
  return { [twinFiles.topology]: `${JSON.stringify(json)}\n`, [twinFiles.weights]: bytes }
}

function twinWeights(model: ModelProto): Weight[] {
  const { kernel, filters, pooled, hidden, classes } = digitsSizes
  const [first, second] = filters
  const read = (name: string): Float32Array => {
    const tensor = model.graph?.initializer.find((candidate) => candidate.name === name)
    if (!tensor) throw new HomingError('ONNX_INVALID', `The model has no tensor "${name}": it is not digits`)
    return readTensor(tensor).data as Float32Array
  }
  const convolution = (name: string, inputs: number, outputs: number): Weight[] => [
    {
      name: `${name}/kernel`,
      shape: [kernel, kernel, inputs, outputs],
      data: permuted(read(`${name}.weight`), [outputs, inputs, kernel, kernel], [2, 3, 1, 0]),
    },
    { name: `${name}/bias`, shape: [outputs], data: read(`${name}.bias`) },
  ]
  const flat = second * pooled * pooled
  return [
    ...convolution('conv1', 1, first),
    ...convolution('conv2', first, second),
    {
      name: 'dense1/kernel',
      shape: [flat, hidden],
      data: permuted(read('dense1.weight'), [hidden, second, pooled, pooled], [2, 3, 1, 0]),
    },
    { name: 'dense1/bias', shape: [hidden], data: read('dense1.bias') },
    {
      name: `${digitsOutput}/kernel`,
      shape: [hidden, classes],
      data: permuted(read('dense2.weight'), [classes, hidden], [1, 0]),
    },
    { name: `${digitsOutput}/bias`, shape: [classes], data: read('dense2.bias') },
  ]
}

/** The layers as Keras states them. The input and output layers have the names of the tensors. */
function twinTopology(): unknown {
  const { side, kernel, filters, hidden, classes } = digitsSizes
  const layer = (class_name: string, name: string, config: object): object => ({
    class_name,
    config: { name, trainable: true, ...config },
  })
  const window = { padding: 'valid', data_format: 'channels_last' }
  const convolution = (name: string, outputs: number): object =>
    layer('Conv2D', name, {
      filters: outputs,
      kernel_size: [kernel, kernel],
      strides: [1, 1],
      activation: 'relu',
      use_bias: true,
      ...window,
    })
  const pooling = (name: string): object =>
    layer('MaxPooling2D', name, { pool_size: [2, 2], strides: [2, 2], ...window })
  const dense = (name: string, units: number, activation: string): object =>
    layer('Dense', name, { units, activation, use_bias: true })
  return {
    class_name: 'Sequential',
    config: {
      name: 'digits',
      layers: [
        {
          class_name: 'InputLayer',
          config: {
            name: digitsInput,
            batch_input_shape: [null, side, side, 1],
            dtype: 'float32',
            sparse: false,
          },
        },
        convolution('conv1', filters[0]),
        pooling('pool1'),
        convolution('conv2', filters[1]),
        pooling('pool2'),
        layer('Flatten', 'flatten', { data_format: 'channels_last' }),
        dense('dense1', hidden, 'relu'),
        dense(digitsOutput, classes, 'linear'),
      ],
    },
  }
}

/** `data` of `shape` with its axes in the order `axes`. */
function permuted(data: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, dim) => product * dim, 1))
  const out = new Float32Array(data.length)
  for (let index = 0; index < data.length; index++) {
    let [rest, from] = [index, 0]
    for (const axis of axes.toReversed()) {
      from += (rest % shape[axis]!) * strides[axis]!
      rest = Math.floor(rest / shape[axis]!)
    }
    out[index] = data[from]!
  }
  return out
}
