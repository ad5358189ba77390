import { backend } from '@tensorflow/tfjs-core'

import type { InferenceEngine } from '../src/runtime/engine.ts'
import { tfjsEngine } from '../src/runtime/engines/tfjs-engine.ts'
import { serveRuntime } from '../src/runtime/serve-runtime.ts'

/** How many runs the WebGL context lives: one on zeros while loading, and the first prediction. */
const runsUntilLoss = 2

// An engine worker of TensorFlow.js whose WebGL context is really lost before its third run.
serveRuntime((config): InferenceEngine => {
  const engine = tfjsEngine(config)
  let runs = 0
  return {
    ...engine,
    async start(name) {
      const started = await engine.start(name)
      if (name !== 'webgl') return started
      return {
        ...started,
        async load(...files) {
          const session = await started.load(...files)
          return {
            release: () => session.release(),
            run(inputs) {
              if (runs++ === runsUntilLoss) loseContext()
              return session.run(inputs)
            },
          }
        },
      }
    },
  }
})

function loseContext(): void {
  const { gl } = (backend() as unknown as { gpgpu: { gl: WebGL2RenderingContext } }).gpgpu
  gl.getExtension('WEBGL_lose_context')!.loseContext()
}
