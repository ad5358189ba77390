import type * as Wasm from '@tensorflow/tfjs-backend-wasm'
import type * as Converter from '@tensorflow/tfjs-converter'
import type * as Core from '@tensorflow/tfjs-core'
import type * as Layers from '@tensorflow/tfjs-layers'

import type { Backend } from './backend.ts'
import { engineMissing } from './engine-missing.ts'

/** The core of TensorFlow.js: one per worker, with one current backend. */
export type TfjsCore = typeof Core

// Literal imports, each inside its own `try`: bundlers find them, and take each package as optional.

/** @throws HomingError ENGINE_MISSING */
export async function importCore(): Promise<TfjsCore> {
  try {
    return await import('@tensorflow/tfjs-core')
  } catch (cause) {
    throw engineMissing('@tensorflow/tfjs-core', cause)
  }
}

/** @throws HomingError ENGINE_MISSING */
export async function importLayers(): Promise<typeof Layers> {
  try {
    return await import('@tensorflow/tfjs-layers')
  } catch (cause) {
    throw engineMissing('@tensorflow/tfjs-layers', cause)
  }
}

/** @throws HomingError ENGINE_MISSING */
export async function importConverter(): Promise<typeof Converter> {
  try {
    return await import('@tensorflow/tfjs-converter')
  } catch (cause) {
    throw engineMissing('@tensorflow/tfjs-converter', cause)
  }
}

/** Registers the wasm backend with the core. @throws HomingError ENGINE_MISSING */
export async function importWasm(): Promise<typeof Wasm> {
  try {
    return await import('@tensorflow/tfjs-backend-wasm')
  } catch (cause) {
    throw engineMissing('@tensorflow/tfjs-backend-wasm', cause)
  }
}

/** Registers `backend` with the core. @throws HomingError ENGINE_MISSING */
export async function importBackend(backend: Exclude<Backend, 'wasm' | 'webnn'>): Promise<void> {
  try {
    switch (backend) {
      case 'webgpu':
        await import('@tensorflow/tfjs-backend-webgpu')
        break
      case 'webgl':
        await import('@tensorflow/tfjs-backend-webgl')
        break
      case 'cpu':
        await import('@tensorflow/tfjs-backend-cpu')
        break
    }
  } catch (cause) {
    throw engineMissing(`@tensorflow/tfjs-backend-${backend}`, cause)
  }
}
