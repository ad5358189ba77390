import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import resolve from '@rollup/plugin-node-resolve'

/** Binaries of onnxruntime-web, for devices with WebGPU and for all others: each device fetches one. */
const engines = ['ort-wasm-simd-threaded.asyncify.wasm', 'ort-wasm-simd-threaded.wasm']

/**
 * onnxruntime-web looks for its binary beside its code.
 * @type {import('rollup').Plugin}
 */
const engineFiles = {
  name: 'engine-files',
  async generateBundle() {
    for (const fileName of engines) {
      const source = await readFile(fileURLToPath(import.meta.resolve(`onnxruntime-web/${fileName}`)))
      this.emitFile({ type: 'asset', fileName, source })
    }
  },
}

/**
 * Rollup leaves `new Worker(new URL('./host-worker.js', import.meta.url))` as it is. The SDK names its workers so: built
 * under these names into the folder of the page's own script, they are found.
 * @type {import('rollup').RollupOptions}
 */
export default {
  input: {
    main: 'src/main.js',
    'host-worker': '@homing/sdk/host-worker',
    'onnx-worker': '@homing/sdk/onnx-worker',
  },
  output: { dir: 'dist' },
  plugins: [resolve({ browser: true }), commonjs(), json(), engineFiles],
}
