import { basename, dirname } from 'node:path'

import { defineConfig, type UserConfig } from 'tsdown'

const workers = {
  'host-worker': 'src/client/host-worker.ts',
  'onnx-worker': 'src/runtime/onnx-worker.ts',
  'tfjs-worker': 'src/runtime/tfjs-worker.ts',
  'onnx-training-worker': 'src/learning/onnx-training-worker.ts',
  'tfjs-training-worker': 'src/learning/tfjs-training-worker.ts',
}
const browser = {
  index: 'src/index.ts',
  onnx: 'src/onnx.ts',
  tfjs: 'src/tfjs.ts',
  errors: 'src/errors.ts',
  engine: 'src/engine.ts',
  testing: 'src/testing.ts',
  root: 'src/root.ts',
  ...workers,
}
const node = { 'node/index': 'src/node/index.ts', 'vite/index': 'src/vite/index.ts' }

/**
 * `new URL('./folder/x-worker.ts', import.meta.url)` names a source file; in `dist`, which is flat, the worker's
 * entry lies beside whatever chunk starts it. Bundlers of apps need the expression to stay literal.
 */
const workerUrls = {
  name: 'homing:worker-urls',
  renderChunk(code: string, chunk: { fileName: string }): string {
    return code.replace(
      /new URL\(\s*["'](\.[^"']*\.ts)["'],\s*import\.meta\.url\s*\)/g,
      (_, source: string) => {
        const entry = basename(source, '.ts')
        if (!Object.hasOwn(workers, entry))
          throw new Error(`${chunk.fileName} starts ${source}, which is no worker entry`)
        if (dirname(chunk.fileName) !== '.')
          throw new Error(`${chunk.fileName} starts ${source} from inside a folder`)
        return `new URL("./${entry}.js", import.meta.url)`
      },
    )
  },
}

/**
 * For pages without a bundler: everything but the engines is inside, and onnxruntime-web's files are expected in a folder
 * beside, because import maps do not reach workers.
 */
const besideOnnx = {
  name: 'homing:beside-onnx',
  renderChunk(code: string): string {
    return code.replace(
      /import\(\s*["']onnxruntime-web\/(\w+)["']\s*\)/g,
      'import("./onnxruntime-web/ort.$1.min.mjs")',
    )
  },
}

/** Nothing of the places at which tests end workers, tabs and browsers is published. */
const define = { __HOMING_FAULT_POINTS__: 'false' }

/**
 * The bundler drops calls of functions that do nothing, but keeps the chunk that such a function was alone in, and imports
 * of it for side effects that it does not have: bundlers of apps would warn of them.
 */
const withoutEmptyChunk = {
  name: 'homing:without-empty-chunk',
  generateBundle(_: unknown, files: Record<string, { type: string; name?: string; code?: string }>): void {
    for (const [fileName, { name }] of Object.entries(files)) {
      if (name !== 'fault-point') continue
      Reflect.deleteProperty(files, fileName)
      const importing = new RegExp(`import\\s*["']\\./${fileName.replaceAll('.', '\\.')}["'];?\\n?`, 'g')
      for (const file of Object.values(files)) {
        if (file.code === undefined) continue
        file.code = file.code.replace(importing, '')
        if (file.code.includes(fileName)) throw new Error(`${file.name ?? ''} still needs ${fileName}`)
      }
    }
  },
}

const shared: UserConfig = { fixedExtension: false, dts: true, define }

export default defineConfig([
  { ...shared, entry: browser, platform: 'browser', plugins: [workerUrls, withoutEmptyChunk] },
  { ...shared, entry: node, platform: 'node', clean: false },
  {
    ...shared,
    entry: { index: 'src/index.ts', ...workers },
    outDir: 'dist/standalone',
    platform: 'browser',
    plugins: [workerUrls, besideOnnx, withoutEmptyChunk],
    deps: { alwaysBundle: /^(?!onnxruntime-web|@tensorflow)/ },
    minify: true,
    dts: false,
  },
])
