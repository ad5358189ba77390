import { type ModelProto, writeModel } from '@homing/onnx'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'

// Left alone, onnxruntime-web asks node:os for the number of cores by a `require` that modules do not have.
env.wasm.numThreads = 1

/** A tensor for a test: its shape and numbers, of the dtype that their array stands for. */
export interface Numbers {
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array | Int32Array
}

/** A model opened on onnxruntime-web's WASM, whose outputs are such arrays. */
export interface OpenModel<Elements = Float32Array> {
  run(feeds: Readonly<Record<string, Numbers>>): Promise<Record<string, Elements>>
  close(): Promise<void>
}

/** Opens a model. */
export async function openModel<Elements = Float32Array>(model: ModelProto): Promise<OpenModel<Elements>> {
  const session = await InferenceSession.create(writeModel(model), {
    executionProviders: ['wasm'],
    logSeverityLevel: 4,
  })
  return {
    async run(feeds) {
      const tensors = Object.entries(feeds).map(
        ([name, { shape, data }]) => [name, tensorOf(shape, data)] as const,
      )
      const outputs = await session.run(Object.fromEntries(tensors))
      return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as Elements]))
    },
    close: () => session.release(),
  }
}

/** Opens a model, runs it on each of `feeds`, and gives the outputs. */
export async function runModel<Elements = Float32Array>(
  model: ModelProto,
  ...feeds: Readonly<Record<string, Numbers>>[]
): Promise<Record<string, Elements>[]> {
  const open = await openModel<Elements>(model)
  try {
    const results: Record<string, Elements>[] = []
    for (const feed of feeds) results.push(await open.run(feed))
    return results
  } finally {
    await open.close()
  }
}

function tensorOf(shape: readonly number[], data: Numbers['data']): Tensor {
  if (data instanceof Int32Array) return new Tensor('int32', data, shape)
  return data instanceof Float64Array
    ? new Tensor('float64', data, shape)
    : new Tensor('float32', data, shape)
}
