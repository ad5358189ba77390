import { type ModelProto, writeModel } from '@homing/onnx'

import { side } from '../data/mnist.ts'
import { openEngine } from '../training/engine.ts'
import { digitsInput, digitsOutput, digitsSizes } from './digits-model.ts'

/** Images to a call: enough to be fast, few enough to stay small. */
const chunk = 500
const pixels = side * side

/** Logits, ten an image, of images that went through the pipeline. */
export async function predictDigits(
  model: ModelProto | Uint8Array,
  images: Float32Array,
): Promise<Float32Array> {
  const { classes } = digitsSizes
  const engine = await openEngine(model instanceof Uint8Array ? model : writeModel(model))
  try {
    const count = images.length / pixels
    const logits = new Float32Array(count * classes)
    for (let from = 0; from < count; from += chunk) {
      const data = images.subarray(from * pixels, Math.min(from + chunk, count) * pixels)
      const results = await engine.run({
        [digitsInput]: { dtype: 'float32', shape: [data.length / pixels, 1, side, side], data },
      })
      logits.set(results[digitsOutput]!.data, from * classes)
    }
    return logits
  } finally {
    await engine.close()
  }
}
