/** Starts a worker that runs ONNX models. Bundlers find the script by this expression. */
export const onnxWorker = (): Worker =>
  new Worker(new URL('./runtime/onnx-worker.ts', import.meta.url), { type: 'module', name: 'homing-onnx' })

/** Starts a worker that trains ONNX packages. */
export const onnxTrainingWorker = (): Worker =>
  new Worker(new URL('./learning/onnx-training-worker.ts', import.meta.url), {
    type: 'module',
    name: 'homing-onnx-training',
  })
