import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { onnxFiles } from '../libraries/onnx-library.ts'

/** Packages whose files an engine fetches at run time, and those files, as they lie in the package's `dist`. */
const sources = [
  {
    name: 'onnxruntime-web',
    short: 'ort',
    entry: 'onnxruntime-web/wasm',
    files: [...new Set(Object.values(onnxFiles).flatMap(({ mjs, wasm }) => [mjs, wasm]))],
  },
  {
    name: '@tensorflow/tfjs-backend-wasm',
    short: 'tfjs',
    entry: '@tensorflow/tfjs-backend-wasm',
    files: ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'], // threads are never used: they start from blob: URLs
  },
] as const

/** The files of the engines that an app has installed. */
export interface EngineFiles {
  /** Names the versions: files under a path with it in never change. Empty when no engine is installed. */
  readonly tag: string
  /** File name to its place on disk. */
  readonly files: ReadonlyMap<string, string>
}

/** Finds the engines' files as the app in `root` would resolve them, or else as the SDK does. */
export function engineFiles(root: string): EngineFiles {
  const tags: string[] = []
  const files = new Map<string, string>()
  for (const { short, entry, files: names } of sources) {
    const module = resolvePackage(entry, root)
    if (module === undefined) continue
    const folder = dirname(module)
    const { version } = JSON.parse(readFileSync(join(folder, '../package.json'), 'utf8')) as {
      version: string
    }
    tags.push(`${short}-${version}`)
    for (const name of names) files.set(name, join(folder, name))
  }
  return { tag: tags.join('_'), files }
}

/** Path of a package's CommonJS entry, from the app or from the SDK; undefined when it is not installed. */
export function resolvePackage(id: string, root: string): string | undefined {
  for (const from of [pathToFileURL(join(root, 'package.json')).href, import.meta.url]) {
    try {
      return createRequire(from).resolve(id)
    } catch {
      // not installed there
    }
  }
  return undefined
}
