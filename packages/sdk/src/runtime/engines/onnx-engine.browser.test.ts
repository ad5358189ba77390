import { describe, expect, it } from 'vitest'

import { engineContract } from '../../../test/engine-contract.ts'
import { denseOnnxRequest, tinyGraphRequest } from '../../../test/tiny-packages.ts'
import type { Backend } from '../../libraries/backend.ts'
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
  engineContract({
    name: 'onnx',
    backend,
    engine: () => engine,
    dense: (bias) => denseOnnxRequest([backend], { bias }),
    unsupported: () => imaginary(backend),
  })
}

describe('onnx engine', () => {
  it('has no other backends', async () => {
    await expect(onnxEngine({}).start('webgl')).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' })
  })
})
