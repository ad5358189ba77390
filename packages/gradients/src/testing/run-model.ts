import { type ModelProto, writeModel } from '@homing/onnx'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'

// Left alone, onnxruntime-web asks node:os for the number of cores by a `require` that modules do not have.
env.wasm.numThreads = 1

/** A tensor for a test: its shape and numbers. Int32 when told. */
export interface Numbers {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

/** Opens a model on onnxruntime-web's WASM, runs it on each of `feeds`, and gives the outputs. */
export async function runModel(
  model: ModelProto,
  ...feeds: Readonly<Record<string, Numbers>>[]
): Promise<Record<string, Float32Array>[]> {
  const session = await InferenceSession.create(writeModel(model), {
    executionProviders: ['wasm'],
    logSeverityLevel: 3,
  })
  try {
    const results: Record<string, Float32Array>[] = []
    for (const feed of feeds) {
      const tensors = Object.entries(feed).map(
        ([name, { shape, data }]) => [name, tensorOf(shape, data)] as const,
      )
      const outputs = await session.run(Object.fromEntries(tensors))
      results.push(
        Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array])),
      )
    }
    return results
  } finally {
    await session.release()
  }
}

function tensorOf(shape: readonly number[], data: Float32Array | Int32Array): Tensor {
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape)
}
