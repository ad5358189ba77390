import type { InferenceEngine, StartedBackend } from '../engine.ts'
import type { Backend, RuntimeConfig } from '../runtime-api.ts'
import { importCore } from './tfjs-library.ts'
import { startTfjs } from './tfjs-start.ts'

/** TensorFlow.js: the backends webgpu, webgl, wasm and cpu. */
export function tfjsEngine(config: RuntimeConfig): InferenceEngine {
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
      const starting = startTfjs(backend, config)
      started.set(backend, starting)
      starting.catch(() => started.delete(backend))
      return starting
    },
  }
}
