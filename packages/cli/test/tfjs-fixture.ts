import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import '@tensorflow/tfjs-backend-cpu'

import { file } from './fixture.ts'

/** Values of the kernel and bias of the dense layer below. */
export const denseWeights = Float32Array.of(1, 2, 3, 4, 5, 6, 0.5, -0.5)

/** A sequential model of one dense layer, `[batch, 3] -> [batch, 2]`, as `tf.LayersModel.save` writes it. */
export async function layersFixture(folder: string): Promise<string> {
  tf.enableProdMode()
  await tf.setBackend('cpu')
  const model = sequential({
    name: 'net',
    layers: [layers.dense({ name: 'out', inputShape: [3], units: 2 })],
  })
  model.setWeights([tf.tensor(denseWeights.slice(0, 6), [3, 2]), tf.tensor(denseWeights.slice(6), [2])])
  let saved: tf.io.ModelArtifacts | undefined
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } })
    }),
  )
  model.dispose()
  const { weightSpecs, weightData, ...rest } = saved!
  await writeFile(join(folder, 'weights.bin'), new Uint8Array(weightData as ArrayBuffer))
  const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }]
  return file(folder, 'model.json', { ...rest, weightsManifest, trainingConfig: { loss: 'mse' } })
}

const attr = (dtype: string, shape?: readonly number[]) => ({
  dtype: { type: dtype },
  ...(shape ? { shape: { shape: { dim: shape.map((size) => ({ size: String(size) })) } } } : {}),
})

/** A graph model as the converter writes it: `y = x * w`, `[?, 2] -> [?, 3]`, its weights in two quantised files. */
export async function graphFixture(folder: string): Promise<string> {
  const weight = {
    name: 'w',
    shape: [2, 3],
    dtype: 'float32',
    quantization: { dtype: 'uint8', min: -1, scale: 0.5, original_dtype: 'float32' },
  }
  await writeFile(join(folder, 'group1-shard1of2.bin'), Uint8Array.of(0, 1, 2, 3))
  await writeFile(join(folder, 'group1-shard2of2.bin'), Uint8Array.of(4, 5))
  const tensor = (name: string, columns: number) => ({
    name,
    dtype: 'DT_FLOAT',
    tensorShape: { dim: [{ size: '-1' }, { size: String(columns) }] },
  })
  return file(folder, 'model.json', {
    format: 'graph-model',
    generatedBy: '2.15.0',
    convertedBy: 'TensorFlow.js Converter v4.22.0',
    signature: { inputs: { pair: tensor('x:0', 2) }, outputs: { triple: tensor('y:0', 3) } },
    modelTopology: {
      node: [
        { name: 'x', op: 'Placeholder', attr: attr('DT_FLOAT', [-1, 2]) },
        { name: 'w', op: 'Const', attr: attr('DT_FLOAT', [2, 3]) },
        {
          name: 'y',
          op: 'MatMul',
          input: ['x', 'w'],
          attr: { T: { type: 'DT_FLOAT' }, transpose_a: { b: false }, transpose_b: { b: false } },
        },
      ],
      versions: { producer: 1087 },
    },
    weightsManifest: [{ paths: ['group1-shard1of2.bin', 'group1-shard2of2.bin'], weights: [weight] }],
  })
}
