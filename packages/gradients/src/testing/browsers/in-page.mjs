// Runs in the page of `open-in-page.ts`, as a module script: one session of plain onnxruntime-web.

/** @type {typeof import('onnxruntime-web')} */
let library
/** @type {import('onnxruntime-web').InferenceSession} */
let session

globalThis.engine = {
  hasWebGpu: async () => Boolean(await navigator.gpu?.requestAdapter()),
  webGpuFeatures: async () => [...((await navigator.gpu?.requestAdapter())?.features ?? [])],
  async open(backend, model) {
    library = await import(`/ort.${backend}.bundle.min.mjs`)
    library.env.wasm.numThreads = 1
    const bytes = Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0))
    session = await library.InferenceSession.create(bytes, { executionProviders: [backend] })
  },
  async run(feeds) {
    const tensors = feeds.map(({ name, dtype, shape, data }) => {
      const numbers = dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data)
      return [name, new library.Tensor(dtype, numbers, shape)]
    })
    const outputs = await session.run(Object.fromEntries(tensors))
    return Object.entries(outputs).map(([name, { data }]) => ({ name, data: Array.from(data) }))
  },
  close: () => session.release(),
}
