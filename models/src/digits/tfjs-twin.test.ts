import '@tensorflow/tfjs-backend-cpu'

import * as tf from '@tensorflow/tfjs-core'
import { loadLayersModel } from '@tensorflow/tfjs-layers'
import { describe, expect, it } from 'vitest'

import { firstDigits, testDigits } from '../data/mnist.ts'
import { readArtifact } from '../testing/artifacts.ts'
import { dataFolder, needsData } from '../testing/data-folder.ts'
import { digitsModel } from './digits-model.ts'
import { encodeDigits } from './encode-digits.ts'
import { predictDigits } from './predict-digits.ts'
import { tfjsTwin, twinFiles } from './tfjs-twin.ts'

/** Logits of the twin on images [count, 28, 28, 1]; with one channel, both layouts hold the same numbers. */
async function predictTwin(
  topology: string,
  weights: Uint8Array<ArrayBuffer>,
  images: Float32Array,
): Promise<Float32Array> {
  const { modelTopology, weightsManifest } = JSON.parse(topology) as tf.io.ModelJSON
  const weightSpecs = weightsManifest.flatMap((group) => group.weights)
  const model = await loadLayersModel(
    tf.io.fromMemory({ modelTopology, weightSpecs, weightData: weights.slice().buffer }),
  )
  expect(model.inputs[0]!.shape).toEqual([null, 28, 28, 1])
  const output = model.predict(tf.tensor4d(images, [images.length / 784, 28, 28, 1])) as tf.Tensor
  return (await output.data()) as Float32Array
}

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length)
  expect(Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-4)
}

describe('tfjsTwin', () => {
  it('gives the logits of a model with random weights on random images', async () => {
    const model = digitsModel(3)
    for (const { name, rawData } of model.graph!.initializer) {
      // Biases too, or a misplaced one would not show.
      if (name.endsWith('.bias'))
        new Float32Array(rawData.buffer, rawData.byteOffset, rawData.length / 4).forEach(
          (_, i, all) => (all[i] = Math.sin(i)),
        )
    }
    const twin = tfjsTwin(model)
    const images = Float32Array.from({ length: 3 * 784 }, (_, i) => Math.abs(Math.sin(i * 12.9898)))
    const weights = twin[twinFiles.weights] as Uint8Array<ArrayBuffer>
    expectClose(
      await predictTwin(twin[twinFiles.topology] as string, weights, images),
      await predictDigits(model, images),
    )
  })

  it.for(['1.0.0', '1.1.0'])(
    '%s as committed gives the logits of the ONNX model on test images',
    async (version, context) => {
      needsData(context)
      const images = encodeDigits(firstDigits(await testDigits(dataFolder), 32).images)
      const twin = readArtifact('digits-tfjs', version)
      const topology = new TextDecoder().decode(twin.bytes(twinFiles.topology))
      const expected = await predictDigits(readArtifact('digits', version).bytes('model.onnx'), images)
      expectClose(await predictTwin(topology, twin.bytes(twinFiles.weights), images), expected)
    },
  )
})
