import { type ModelProto, writeModel } from '@homing/onnx'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'

// Left alone, onnxruntime-web asks node:os for the number of cores by a `require` that modules do not have.
env.wasm.numThreads = 1

/** A tensor for a test: its shape and numbers. Int32 when told. */
export interface Numbers {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

/** A model opened on onnxruntime-web's WASM. */
export interface OpenModel {
  run(feeds: Readonly<Record<string, Numbers>>): Promise<Record<string, Float32Array>>
  close(): Promise<void>
}

/** Opens a model. */
export async function openModel(model: ModelProto): Promise<OpenModel> {
  const session = await InferenceSession.create(writeModel(model), {
    executionProviders: ['wasm'],
    logSeverityLevel: 3,
  })
  return {
    async run(feeds) {
      const tensors = Object.entries(feeds).map(
        ([name, { shape, data }]) => [name, tensorOf(shape, data)] as const,
      )
      const outputs = await session.run(Object.fromEntries(tensors))
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]),
      )
    },
    close: () => session.release(),
  }
}

/** Opens a model, runs it on each of `feeds`, and gives the outputs. */
export async function runModel(
  model: ModelProto,
  ...feeds: Readonly<Record<string, Numbers>>[]
): Promise<Record<string, Float32Array>[]> {
  const open = await openModel(model)
  try {
    const results: Record<string, Float32Array>[] = []
    for (const feed of feeds) results.push(await open.run(feed))
    return results
  } finally {
    await open.close()
  }
}

function tensorOf(shape: readonly number[], data: Float32Array | Int32Array): Tensor {
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape)
}
