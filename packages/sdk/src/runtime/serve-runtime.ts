import { transfer } from 'comlink'

import { serveWorker } from '../transport/serve-worker.ts'
import { tensorBuffers } from '../transport/tensor-buffers.ts'
import type { InferenceEngine } from './engine.ts'
import { createRuntime } from './runtime.ts'
import type { LibraryConfig } from '../libraries/library-config.ts'
import type { RuntimeApi } from './runtime-api.ts'

/** Makes this worker an engine worker. Outputs move to the caller. */
export function serveRuntime(createEngine: (config: LibraryConfig) => InferenceEngine): void {
  serveWorker((config: LibraryConfig): RuntimeApi => {
    const runtime = createRuntime(createEngine(config))
    return {
      ...runtime,
      async predict(...call) {
        const reply = await runtime.predict(...call)
        return transfer(reply, tensorBuffers(reply.outputs))
      },
    }
  })
}
