import { digit, type Visit } from './visit.ts'

function measure(): Promise<Visit> {
  const worker = new Worker(new URL('./peer-worker.ts', import.meta.url), { type: 'module' })
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => {
      reject(new Error(message))
    }
    worker.onmessage = ({ data }: MessageEvent<{ scores: Float32Array; threads: number }>) => {
      const firstPrediction = performance.now()
      resolve({
        firstPrediction,
        scores: [...data.scores],
        version: '',
        backend: 'wasm',
        threads: data.threads,
      })
    }
    const pixels = Float32Array.from(digit(), (value) => value / 255)
    worker.postMessage({ model: new URL('/peer/model.onnx', location.href).href, pixels }, [pixels.buffer])
  })
}

globalThis.visit = measure()
