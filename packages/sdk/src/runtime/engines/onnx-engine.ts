import type { Backend } from '../../libraries/backend.ts'
import type { LibraryConfig } from '../../libraries/library-config.ts'
import { importOnnx } from '../../libraries/onnx-library.ts'
import { startOnnx } from '../../libraries/onnx-start.ts'
import { hasWebGpuAdapter } from '../../libraries/webgpu-adapter.ts'
import type { InferenceEngine, StartedBackend } from '../engine.ts'
import { onnxSession } from './onnx-session.ts'

/** onnxruntime-web: the backends webgpu and wasm. */
export function onnxEngine(config: LibraryConfig): InferenceEngine {
  const started = new Map<Backend, Promise<StartedBackend>>()

  const start = (backend: Backend): Promise<StartedBackend> => {
    const known = started.get(backend)
    if (known) return known
    const starting = startBackend(backend, config)
    started.set(backend, starting)
    starting.catch(() => started.delete(backend))
    return starting
  }

  return {
    name: 'onnx',
    start,
    async version() {
      // Either build tells it; the one that will be used is imported only once.
      const { env } = await importOnnx((await hasWebGpuAdapter()) ? 'webgpu' : 'wasm')
      return env.versions.web ?? env.versions.common
    },
  }
}

async function startBackend(backend: Backend, config: LibraryConfig): Promise<StartedBackend> {
  const running = await startOnnx(backend, config)
  const { threads, threadsReason } = running
  return {
    threads,
    ...(threadsReason === undefined ? {} : { threadsReason }),
    load: (manifest, files) => onnxSession(running, manifest, files),
  }
}
