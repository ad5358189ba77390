import { expect, test } from 'vitest'

import { networkRequest, randomNetwork } from '../../../test/random-network.ts'
import { drawInputs, withProbes } from '../../../test/tiny-probes.ts'
import { seededRandom } from '../../random/seeded-random.ts'
import { onnxEngine } from '../engines/onnx-engine.ts'
import { createRuntime } from '../runtime.ts'

test('probes run on a backend that is not proven, or was under another version of the engine, and on no other', async () => {
  const random = seededRandom(3)
  const network = randomNetwork(random)
  const model = networkRequest(network)
  const inputs = drawInputs(model.manifest.signature, random)
  const { request, probes } = withProbes(model, [{ inputs, outputs: network.reference(inputs['x']!) }], {
    absolute: 1e-4,
    relative: 1e-3,
  })
  const runtime = createRuntime(onnxEngine({ threads: 1 }))
  const current = await runtime.engineVersion()
  const reads: string[] = []
  const probed = async (backend: 'wasm' | 'webgpu', engineVersion: string): Promise<boolean> => {
    const facts = await runtime.load(
      { ...request, backends: ['wasm'], proven: [{ backend, engineVersion }] },
      undefined,
      () => {
        reads.push(engineVersion)
        return Promise.resolve(probes)
      },
    )
    await runtime.discard(facts.instance)
    return facts.probe !== undefined
  }
  expect(await probed('wasm', current)).toBe(false)
  expect(reads).toEqual([])
  expect(await probed('wasm', '1.0.0')).toBe(true)
  expect(await probed('webgpu', current)).toBe(true)
  expect(reads).toEqual(['1.0.0', current])
})
