import type { Tensor } from '@homing/protocol'
import { transfer } from 'comlink'

import { serveWorker } from '../transport/serve-worker.ts'
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
        return transfer(reply, buffersOf(reply.outputs))
      },
    }
  })
}

function buffersOf(outputs: Readonly<Record<string, Tensor>>): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const { data } of Object.values(outputs)) {
    if (!Array.isArray(data) && data.buffer instanceof ArrayBuffer) buffers.add(data.buffer)
  }
  return [...buffers]
}
