import type { LibraryConfig } from '../../libraries/library-config.ts'
import { oncePerBackend } from '../../libraries/once-per-backend.ts'
import type { OnnxLibrary } from '../../libraries/onnx-library.ts'
import { onnxVersion, type RunningOnnx, startOnnx } from '../../libraries/onnx-start.ts'
import type { InferenceEngine, StartedBackend } from '../engine.ts'
import { onnxSession } from './onnx-session.ts'

/** onnxruntime-web: the backends webgpu and wasm. */
export function onnxEngine(config: LibraryConfig): InferenceEngine {
  let used: OnnxLibrary | undefined
  return {
    name: 'onnx',
    version: () => onnxVersion(used),
    start: oncePerBackend(async (backend) => {
      const running = await startOnnx(backend, config)
      used = running.library
      return startedBackend(running)
    }),
  }
}

function startedBackend(running: RunningOnnx): StartedBackend {
  const { threads, threadsReason } = running
  return {
    threads,
    ...(threadsReason === undefined ? {} : { threadsReason }),
    load: (manifest, files) => onnxSession(running, manifest, files),
  }
}
