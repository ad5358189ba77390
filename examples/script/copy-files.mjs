// Puts what the page needs into `dist/`: itself, the SDK's files for pages without a bundler, and onnxruntime-web's beside.
import { cp, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folderOf = (/** @type {string} */ name) => dirname(fileURLToPath(import.meta.resolve(name)))

const sdk = join(folderOf('@homing/sdk/package.json'), 'dist', 'standalone')
await cp(sdk, 'dist/homing', { recursive: true })

const engine = folderOf('onnxruntime-web/wasm')
const needed = /^ort\.(wasm|webgpu)\.min\.mjs$|^ort-wasm-simd-threaded(\.asyncify)?\.(mjs|wasm)$/
for (const name of await readdir(engine))
  if (needed.test(name)) await cp(join(engine, name), join('dist/homing/onnxruntime-web', name))

await cp(folderOf('@homing/example-app'), 'dist/app', { recursive: true })
for (const name of ['index.html', 'icon.svg', 'main.js', 'homing-root.json'])
  await cp(name, join('dist', name))
