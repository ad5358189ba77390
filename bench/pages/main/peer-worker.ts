import * as ort from 'onnxruntime-web/wasm'

// As its documentation recommends: in a worker, all cores, all graph optimisations, one warm session.
ort.env.wasm.numThreads = navigator.hardwareConcurrency

let session: ort.InferenceSession | undefined

addEventListener('message', ({ data }: MessageEvent<{ model: string; pixels: Float32Array }>) => {
  run(data.model, data.pixels).catch((error: unknown) => {
    postMessage({ problem: String(error) })
  })
})

async function run(model: string, pixels: Float32Array): Promise<void> {
  session ??= await ort.InferenceSession.create(model, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  })
  const [input, output] = [session.inputNames[0]!, session.outputNames[0]!]
  const results = await session.run({ [input]: new ort.Tensor('float32', pixels, [1, 1, 28, 28]) })
  const scores = (await results[output]!.getData()) as Float32Array
  postMessage({ scores, threads: ort.env.wasm.numThreads }, { transfer: [scores.buffer] })
}
