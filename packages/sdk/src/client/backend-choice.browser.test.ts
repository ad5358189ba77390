import { describe, expect, test } from 'vitest'

import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { denseExpected, denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import { denseProbes } from '../../test/tiny-probes.ts'
import type { Model } from './api.ts'

const x = [1, 2, 3, 4]
const probed = (version: string, bias: number) => denseProbes(denseOnnxRequest([], { version, bias }), bias)
/** Enough calls for a version to count as proven. */
const use = async (model: Model, bias: number): Promise<void> => {
  for (let call = 0; call < 12; call++) {
    const { outputs } = await model.predict({ x: floats(x, [1, 4]) })
    denseExpected(x, bias).forEach((value, at) => expect(outputs['y']!.data[at]).toBeCloseTo(value, 4))
  }
}

serveEachTest()

describe('a version whose backends compute rightly', () => {
  test('goes over to the fastest once it is used, and opens there from then on, later versions too', async () => {
    await repository.publish([probed('1.0.0', 1)])
    const first = client()
    const model = await first.model('tiny')
    expect(model.status.backend).toBe('webgpu') // SwiftShader: right, and slow
    expect(model.status.choice).toBeUndefined()
    await use(model, 1)
    await expect
      .poll(() => model.status, { timeout: 30_000 })
      .toMatchObject({
        backend: 'wasm',
        fallbacks: [],
        choice: { remembered: false, times: { webgpu: expect.any(Number), wasm: expect.any(Number) } },
      })
    await use(model, 1)
    const { choice } = model.status
    await first.close()

    const second = client()
    const again = await second.model('tiny')
    expect(again.status).toMatchObject({ backend: 'wasm', choice: { ...choice, remembered: true } })
    await repository.publish([probed('1.1.0', 2)]) // of the same graph
    await second.check()
    expect(again.status).toMatchObject({ version: '1.1.0', backend: 'wasm', probe: { remembered: false } })
    await use(again, 2)

    const pinned = await again.setBackends(['webgpu'])
    expect(pinned.backend).toBe('webgpu')
    expect(pinned.choice).toBeUndefined()
    await use(again, 2)
    expect(again.status.backend).toBe('webgpu')
  })

  test('never goes over to a faster one that lies', async () => {
    await repository.publish([probed('1.0.0', 1)])
    const homing = client({
      workers: {
        onnx: () =>
          new Worker(new URL('../../test/lying-onnx-worker.ts', import.meta.url), {
            type: 'module',
            name: 'wasm',
          }),
      },
    })
    const model = await homing.model('tiny')
    await use(model, 1)
    await expect
      .poll(() => model.status, { timeout: 30_000 })
      .toMatchObject({
        backend: 'webgpu',
        quarantined: ['wasm'],
        fallbacks: [{ backend: 'wasm', stage: 'probe', code: 'PROBE_FAILED' }],
        choice: { times: { webgpu: expect.any(Number) } },
      })
    await use(model, 1)
  })
})
