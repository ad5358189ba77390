/** Starts a worker that runs TensorFlow.js models. Bundlers find the script by this expression. */
export const tfjsWorker = (): Worker =>
  new Worker(new URL('./runtime/tfjs-worker.ts', import.meta.url), { type: 'module', name: 'homing-tfjs' })

/** Starts a worker that trains TensorFlow.js packages. */
export const tfjsTrainingWorker = (): Worker =>
  new Worker(new URL('./learning/tfjs-training-worker.ts', import.meta.url), {
    type: 'module',
    name: 'homing-tfjs-training',
  })
