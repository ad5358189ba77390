import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'

/** Version of onnxruntime-web. */
export const engineVersion = env.versions.web ?? 'unknown'

/** Runs one ONNX model on onnxruntime-web's WASM. */
export interface Engine {
  readonly run: (feeds: Readonly<Record<string, EngineTensor>>) => Promise<Record<string, EngineTensor>>
  readonly close: () => Promise<void>
}

/** A tensor as the engine takes and gives it. */
export interface EngineTensor {
  readonly dtype: 'float32' | 'int32'
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

/** One thread: results do not depend on how work was shared, and modules cannot start the engine's threads in Node. */
const threads = 1

/** Opens `model`, the bytes of an ONNX file. */
export async function openEngine(model: Uint8Array): Promise<Engine> {
  env.wasm.numThreads = threads
  const session = await InferenceSession.create(model, { executionProviders: ['wasm'], logSeverityLevel: 3 })
  return {
    async run(feeds) {
      const tensors = Object.entries(feeds).map(
        ([name, { dtype, shape, data }]) => [name, new Tensor(dtype, data as Float32Array, shape)] as const,
      )
      const results = await session.run(Object.fromEntries(tensors))
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromEngine(tensor)]))
    },
    close: () => session.release(),
  }
}

function fromEngine(tensor: Tensor): EngineTensor {
  return {
    dtype: tensor.type as EngineTensor['dtype'],
    shape: tensor.dims,
    data: tensor.data as Float32Array,
  }
}
