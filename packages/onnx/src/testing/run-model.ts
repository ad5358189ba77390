import * as ort from 'onnxruntime-web/wasm'

// Left alone, onnxruntime-web asks node:os for the number of cores by a `require` that modules do not have.
ort.env.wasm.numThreads = 1

/** Runs an ONNX file on onnxruntime-web's wasm, with `parameters` as the file `parameters.bin` beside it. */
export async function runModel(
  bytes: Uint8Array,
  feeds: Record<string, ort.Tensor>,
  parameters?: Uint8Array,
): Promise<Record<string, ort.Tensor>> {
  const externalData = parameters ? [{ path: 'parameters.bin', data: parameters }] : []
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    externalData,
    logSeverityLevel: 4,
  })
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}
