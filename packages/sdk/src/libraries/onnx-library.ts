import type * as Onnx from 'onnxruntime-web'

import { engineMissing } from './engine-missing.ts'

/** onnxruntime-web, whichever of its builds. */
export type OnnxLibrary = typeof Onnx

/** Backends that this engine runs on. */
export type OnnxBackend = 'webgpu' | 'webnn' | 'wasm'

const gpuFiles = { mjs: 'ort-wasm-simd-threaded.asyncify.mjs', wasm: 'ort-wasm-simd-threaded.asyncify.wasm' }

/** Files of onnxruntime-web that each build fetches: the wasm binary and its loader. */
export const onnxFiles: Readonly<Record<OnnxBackend, { readonly mjs: string; readonly wasm: string }>> = {
  webgpu: gpuFiles,
  webnn: gpuFiles, // one build serves both
  wasm: { mjs: 'ort-wasm-simd-threaded.mjs', wasm: 'ort-wasm-simd-threaded.wasm' },
}

/**
 * Imports the build that serves `backend`, and no other: they share nothing and weigh megabytes.
 * @throws HomingError ENGINE_MISSING
 */
export async function importOnnx(backend: OnnxBackend): Promise<OnnxLibrary> {
  try {
    // Literal imports inside `try`: bundlers find them, and take the package as optional.
    return backend === 'wasm' ? await import('onnxruntime-web/wasm') : await import('onnxruntime-web/webgpu')
  } catch (cause) {
    throw engineMissing('onnxruntime-web', cause)
  }
}
