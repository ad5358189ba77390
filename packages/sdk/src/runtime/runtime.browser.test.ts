import { describe, expect, it } from 'vitest'

import { denseExpected, denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import { onnxEngine } from './engines/onnx-engine.ts'
import { createRuntime } from './runtime.ts'

describe('runtime on onnx', () => {
  for (const backend of ['wasm', 'webgpu'] as const) {
    it(`loads, activates and predicts on ${backend}`, async () => {
      const runtime = createRuntime(onnxEngine({}))
      const facts = await runtime.load(denseOnnxRequest([backend], { bias: 0.5 }))
      expect(facts).toMatchObject({
        engine: 'onnx',
        engineVersion: '1.30.0',
        backend,
        threads: 1,
        fallbacks: [],
      })
      await runtime.activate('tiny', facts.instance)
      const x = [1, 2, 3, 4, -1, 0, 1, 0.5]
      const reply = await runtime.predict('tiny', { inputs: { x: floats(x, [2, 4]) }, now: 0 })
      expect(reply.outputs['y']).toEqual(floats(denseExpected(x, 0.5), [2, 3]))
      await runtime.close('tiny')
    })
  }
})
