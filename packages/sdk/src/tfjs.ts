/** Starts a worker that runs TensorFlow.js models. Bundlers find the script by this expression. */
export const tfjsWorker = (): Worker =>
  new Worker(new URL('./runtime/tfjs-worker.ts', import.meta.url), { type: 'module', name: 'homing-tfjs' })
