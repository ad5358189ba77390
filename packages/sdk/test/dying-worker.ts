import type { InferenceEngine } from '../src/runtime/engine.ts'
import { onnxEngine } from '../src/runtime/engines/onnx-engine.ts'
import { serveRuntime } from '../src/runtime/serve-runtime.ts'

/** The version that kills the worker which loads it, as one does that needs more memory than there is. */
const deadly = '1.1.0'

// An engine worker of onnxruntime-web that really ends while it loads one version, and runs every other.
serveRuntime((config): InferenceEngine => {
  const engine = onnxEngine(config)
  return {
    ...engine,
    async start(name) {
      const started = await engine.start(name)
      return {
        ...started,
        load(manifest, files) {
          if (manifest.version !== deadly) return started.load(manifest, files)
          self.close()
          return new Promise(() => undefined)
        },
      }
    },
  }
})
