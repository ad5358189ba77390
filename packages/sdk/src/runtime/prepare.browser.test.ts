import { expect, it } from 'vitest'

import { onnxEngine } from './engines/onnx-engine.ts'
import { createRuntime } from './runtime.ts'
import type { Backend } from '../libraries/backend.ts'

it('prepares the first backend that starts, and passes over one that does not', async () => {
  const engine = onnxEngine({})
  const started: Backend[] = []
  const runtime = createRuntime({
    ...engine,
    async start(backend) {
      const result = await engine.start(backend)
      started.push(backend)
      return result
    },
  })
  await runtime.prepare(['cpu', 'wasm', 'webgpu'])
  expect(started).toEqual(['wasm'])
  await expect(runtime.prepare(['cpu'])).resolves.toBeUndefined()
})
