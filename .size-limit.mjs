const dist = (/** @type {string} */ file) => `packages/sdk/dist/${file}`

/** Bundled as an app's bundler does; engines are counted by no one, they come from the app's own dependencies. */
const asInAnApp = {
  gzip: true,
  ignore: ['onnxruntime-web', 'onnxruntime-web/*', '@tensorflow/*'],
  modifyEsbuildConfig: (/** @type {object} */ config) => ({
    ...config,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  }),
}

/** What a page and the workers of a cold load weigh, in KB gzip: the design's budget. */
export default [
  { name: 'entry', path: dist('index.js'), limit: '12 KB', ...asInAnApp },
  {
    name: 'workers of a cold load, ONNX',
    path: [dist('host-worker.js'), dist('onnx-worker.js')],
    limit: '60 KB',
    ...asInAnApp,
  },
  {
    name: 'workers of a cold load, TensorFlow.js',
    path: [dist('host-worker.js'), dist('tfjs-worker.js')],
    limit: '60 KB',
    ...asInAnApp,
  },
  { name: 'training worker, ONNX', path: dist('onnx-training-worker.js'), limit: '30 KB', ...asInAnApp },
  {
    name: 'training worker, TensorFlow.js',
    path: dist('tfjs-training-worker.js'),
    limit: '30 KB',
    ...asInAnApp,
  },
]
