import { memory } from '@tensorflow/tfjs-core'
import wasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import { describe, expect, it } from 'vitest'

import { denseGraphRequest, denseLayersRequest } from '../../../test/tiny-tfjs.ts'
import { floats } from '../../../test/tiny-packages.ts'
import { engineContract } from '../../testing/engine-contract.ts'
import { tfjsEngine } from './tfjs-engine.ts'

const assetBase = new URL('.', new URL(wasmUrl, location.href)).href
const engine = tfjsEngine({ assetBase })

for (const backend of ['cpu', 'wasm', 'webgl', 'webgpu'] as const) {
  const subjects = {
    layers: {
      dense: (bias: number) => denseLayersRequest([backend], { bias }),
      unsupported: () => denseLayersRequest([backend], { layer: 'Imaginary' }),
    },
    graph: {
      dense: (bias: number) => denseGraphRequest([backend], { bias }),
      unsupported: () => denseGraphRequest([backend], { op: 'Imaginary' }),
    },
  }
  describe.each(Object.entries(subjects))(`engine contract: tfjs %s on ${backend}`, (_, subject) => {
    for (const { name, run } of engineContract({ backend, engine: () => engine, ...subject })) it(name, run)
  })

  describe(`tfjs on ${backend}`, () => {
    for (const request of [denseLayersRequest([backend]), denseGraphRequest([backend])]) {
      it('keeps no tensors of a call, and none of a released model', async () => {
        const started = await engine.start(backend)
        const before = memory().numTensors
        const session = await started.load(request.manifest, request)
        const loaded = memory().numTensors
        for (let i = 0; i < 5; i++) {
          await session.run({ x: floats([1, 2, 3, 4], [1, 4]) })
          await session.run({ x: floats([1, 2, 3], [1, 3]) }).catch(() => undefined)
          expect(memory().numTensors).toBe(loaded)
        }
        await session.release()
        expect(memory().numTensors).toBe(before)
      })
    }
  })
}

describe('tfjs engine', () => {
  it('tells that the wasm files have no place', async () => {
    await expect(tfjsEngine({}).start('wasm')).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringContaining('assetBase'),
    })
  })
})
