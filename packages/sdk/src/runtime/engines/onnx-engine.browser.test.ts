import { describe, expect, it } from 'vitest'

import { denseOnnxRequest, tinyGraphRequest } from '../../../test/tiny-packages.ts'
import { type Backend, backendsOf } from '../../libraries/backend.ts'
import { engineContract } from '../../testing/engine-contract.ts'
import type { LoadRequest } from '../runtime-api.ts'
import { onnxEngine } from './onnx-engine.ts'

/** A graph whose only operator nobody has. */
const imaginary = (backend: Backend): LoadRequest =>
  tinyGraphRequest(
    {
      inputs: [{ name: 'x', dtype: 'float32', shape: [1, 4] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1, 4] }],
      nodes: [{ op: 'Imaginary', domain: 'example.test', inputs: ['x'], outputs: ['y'] }],
    },
    [backend],
  )

for (const backend of ['wasm', 'webgpu'] as const) {
  const engine = onnxEngine({})
  const cases = engineContract({
    backend,
    engine: () => engine,
    dense: (bias) => denseOnnxRequest([backend], { bias }),
    unsupported: () => imaginary(backend),
    foreign: 'webgl',
  })
  describe(`engine contract: onnx on ${backend}`, () => {
    for (const { name, run } of cases) it(name, run)
  })
}

describe('WebNN', () => {
  it('is no backend of a browser that does not have it', async () => {
    expect(backendsOf('onnx')).toEqual(['webgpu', 'wasm'])
    await expect(onnxEngine({}).start('webnn')).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' })
  })
})
