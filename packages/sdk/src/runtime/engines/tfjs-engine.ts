import type { Backend } from '../../libraries/backend.ts'
import type { LibraryConfig } from '../../libraries/library-config.ts'
import { oncePerBackend } from '../../libraries/once-per-backend.ts'
import { startTfjs, tfjsVersion } from '../../libraries/tfjs-start.ts'
import type { InferenceEngine, StartedBackend } from '../engine.ts'
import { tfjsSession } from './tfjs-session.ts'

/** TensorFlow.js: the backends webgpu, webgl, wasm and cpu. */
export function tfjsEngine(config: LibraryConfig): InferenceEngine {
  return {
    name: 'tfjs',
    version: tfjsVersion,
    start: oncePerBackend((backend) => startBackend(backend, config)),
  }
}

async function startBackend(backend: Backend, config: LibraryConfig): Promise<StartedBackend> {
  const running = await startTfjs(backend, config)
  const { threads, threadsReason } = running
  return {
    threads,
    ...(threadsReason === undefined ? {} : { threadsReason }),
    load: (manifest, files) => tfjsSession(running, manifest, files),
  }
}
