import type { Backend } from '../../libraries/backend.ts'
import type { LibraryConfig } from '../../libraries/library-config.ts'
import { oncePerBackend } from '../../libraries/once-per-backend.ts'
import { onnxVersion, startOnnx } from '../../libraries/onnx-start.ts'
import type { InferenceEngine, StartedBackend } from '../engine.ts'
import { onnxSession } from './onnx-session.ts'

/** onnxruntime-web: the backends webgpu and wasm. */
export function onnxEngine(config: LibraryConfig): InferenceEngine {
  return {
    name: 'onnx',
    version: onnxVersion,
    start: oncePerBackend((backend) => startBackend(backend, config)),
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
