import type { Backend } from '../../libraries/backend.ts'
import type { LibraryConfig } from '../../libraries/library-config.ts'
import { importCore } from '../../libraries/tfjs-library.ts'
import { startTfjs } from '../../libraries/tfjs-start.ts'
import type { InferenceEngine, StartedBackend } from '../engine.ts'
import { tfjsSession } from './tfjs-session.ts'

/** TensorFlow.js: the backends webgpu, webgl, wasm and cpu. */
export function tfjsEngine(config: LibraryConfig): InferenceEngine {
  const started = new Map<Backend, Promise<StartedBackend>>()
  return {
    name: 'tfjs',
    async version() {
      const { version_core: version } = await importCore()
      return version
    },
    start(backend) {
      const known = started.get(backend)
      if (known) return known
      const starting = startBackend(backend, config)
      started.set(backend, starting)
      starting.catch(() => started.delete(backend))
      return starting
    },
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
