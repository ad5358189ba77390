import { serveWorker } from '../transport/serve-worker.ts'
import { serveCalls } from './calls/serve-calls.ts'
import type { InferenceEngine } from './engine.ts'
import { createRuntime } from './runtime.ts'
import { wasmHeaps } from '../libraries/wasm-heaps.ts'
import type { LibraryConfig } from '../libraries/library-config.ts'
import type { EngineWorkerApi } from './runtime-api.ts'

/** Makes this worker an engine worker. */
export function serveRuntime(createEngine: (config: LibraryConfig) => InferenceEngine): void {
  const heaps = wasmHeaps()
  serveWorker((config: LibraryConfig): EngineWorkerApi => {
    const runtime = createRuntime(createEngine(config), heaps)
    return {
      ...runtime,
      openCalls(port) {
        serveCalls(runtime, port)
        return Promise.resolve()
      },
    }
  })
}
