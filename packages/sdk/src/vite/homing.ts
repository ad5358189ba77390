import { copyFile, mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { defaultClientConditions, type Plugin, type UserConfig } from 'vite'

import { embeddedRoot } from './embedded-root.ts'
import { type EngineFiles, engineFiles, resolvePackage } from './engine-files.ts'
import { serveFiles } from './serve-files.ts'

/** What the plugin can do beside placing the engines' files. */
export interface HomingPluginOptions {
  /**
   * Sends the headers that make the page cross-origin isolated, in the development and preview servers: wasm may use
   * threads then. In production your own server has to send them. Default false.
   */
  readonly isolate?: boolean
  /**
   * File with the trusted root, relative to the app's folder: what `homing keys show --root` prints. It is embedded, and
   * `import { root } from '@homing/sdk/root'` gives it for `createClient`.
   */
  readonly root?: string
}

/** Folder of the engines' files under the app's base. */
const folder = 'homing'

/** With it, onnxruntime-web leaves its wasm to `wasmPaths`, so that the bundler does not emit a second copy. */
const externalWasm = 'onnxruntime-web-use-extern-wasm'

const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** Packages with CommonJS inside, which the development server has to bundle although the SDK itself is left alone. */
const commonJs = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  '@tensorflow/tfjs-converter',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-backend-webgl',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-cpu',
]

/**
 * Sets a Vite app (7 or 8) up for Homing: the installed engines' files are served and built under
 * `<base>homing/<versions>/`, where `createClient` looks for them, and the SDK's workers stay modules.
 */
export function homing({ isolate = false, root: rootFile }: HomingPluginOptions = {}): Plugin {
  const headers = isolate ? isolationHeaders : {}
  let engines: EngineFiles
  let isServerBuild = false
  let trusted: string | undefined

  return {
    name: 'homing',

    async config(config): Promise<UserConfig> {
      const root = config.root ?? process.cwd()
      engines = engineFiles(root)
      const installed = commonJs.filter((id) => resolvePackage(id, root) !== undefined)
      trusted = rootFile === undefined ? undefined : resolve(root, rootFile)
      const define = {
        ...(engines.files.size > 0
          ? { __HOMING_ASSET_BASE__: JSON.stringify(assetBase(config.base ?? '/', engines)) }
          : {}),
        ...(trusted === undefined ? {} : { __HOMING_ROOT__: JSON.stringify(await embeddedRoot(trusted)) }),
      }
      return {
        define,
        resolve: {
          conditions: [externalWasm, ...(config.resolve?.conditions ? [] : defaultClientConditions)],
        },
        worker: { format: 'es' },
        optimizeDeps: {
          exclude: ['@homing/sdk', 'onnxruntime-web'],
          include: [
            '@homing/sdk > @homing/protocol > canonicalize',
            '@homing/sdk > @homing/tuf > @tufjs/canonical-json',
            '@homing/sdk > @homing/tuf > @noble/curves/ed25519.js',
            ...installed.map((id) => `@homing/sdk > ${id}`),
          ],
        },
        server: { headers },
        preview: { headers },
      }
    },

    configResolved({ build }) {
      isServerBuild = build.ssr !== false
    },

    configureServer(server) {
      const { config, middlewares, watcher } = server
      middlewares.use(
        serveFiles(
          assetBase(config.base, engines),
          engines.files,
          config.server.headers as Record<string, string>,
        ),
      )
      if (trusted === undefined) return
      watcher.add(trusted)
      watcher.on('change', (file) => void (file === trusted && server.restart()))
    },

    async writeBundle({ dir }) {
      if (isServerBuild || dir === undefined) return
      const target = join(dir, folder, engines.tag)
      await mkdir(target, { recursive: true })
      await Promise.all(Array.from(engines.files, ([name, file]) => copyFile(file, join(target, name))))
    },
  }
}

/** Where the engines' files are; a relative base is relative to the page. */
function assetBase(base: string, { tag }: EngineFiles): string {
  return `${base === '' ? './' : base}${folder}/${tag}/`
}
