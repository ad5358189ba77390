import { digit, inTime, type Visit } from './visit.ts'

interface Answer {
  readonly scores: Float32Array
  readonly threads: number
}

function measure(): Promise<Visit> {
  const worker = new Worker(new URL('./peer-worker.ts', import.meta.url), { type: 'module' })
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => {
      reject(new Error(message))
    }
    worker.onmessage = ({ data }: MessageEvent<Answer | { readonly problem: string }>) => {
      if ('problem' in data) {
        reject(new Error(data.problem))
        return
      }
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
    worker.postMessage({ model: new URL('/model/model.onnx', location.href).href, pixels }, [pixels.buffer])
  })
}

globalThis.visit = inTime(measure())
