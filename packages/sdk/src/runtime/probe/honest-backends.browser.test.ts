import { HomingError, type Tensor } from '@homing/protocol'
import wasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import { describe, expect, test } from 'vitest'

import {
  networkLayersRequest,
  networkRequest,
  type RandomNetwork,
  randomNetwork,
} from '../../../test/random-network.ts'
import { tinyGraphRequest } from '../../../test/tiny-packages.ts'
import { drawInputs, type ProbedRequest, withProbes } from '../../../test/tiny-probes.ts'
import type { Backend } from '../../libraries/backend.ts'
import { seededRandom } from '../../random/seeded-random.ts'
import type { InferenceEngine, Tensors } from '../engine.ts'
import { onnxEngine } from '../engines/onnx-engine.ts'
import { tfjsEngine } from '../engines/tfjs-engine.ts'
import { createRuntime } from '../runtime.ts'
import type { LoadRequest } from '../runtime-api.ts'
import { proveSession } from './prove-session.ts'

const tolerance = { absolute: 3e-5, relative: 3e-4, labels: 1 } // as `homing pack` sets it for outputs of 0.1
const random = seededRandom(5)
const onnx = onnxEngine({ threads: 1 })
const tfjs = tfjsEngine({ assetBase: new URL('.', new URL(wasmUrl, location.href)).href })
const [networks, runs] = [5, 20]

/** Random inputs with what the network gives for them in double precision. */
function probed(network: RandomNetwork, request: LoadRequest): ProbedRequest {
  const cases = Array.from({ length: 3 }, () => {
    const inputs = drawInputs(request.manifest.signature, random)
    return { inputs, outputs: network.reference(inputs['x']!) }
  })
  return withProbes(request, cases, tolerance)
}

describe('an honest backend', () => {
  test.each<[string, Backend, InferenceEngine, (network: RandomNetwork) => LoadRequest]>([
    ['onnx', 'webgpu', onnx, networkRequest],
    ['tfjs', 'webgl', tfjs, networkLayersRequest],
    ['tfjs', 'webgpu', tfjs, networkLayersRequest],
    ['tfjs', 'wasm', tfjs, networkLayersRequest],
  ])('of %s on %s is never found wrong in 100 runs', async (_name, backend, engine, requestOf) => {
    const started = await engine.start(backend)
    const refused: unknown[] = []
    for (let drawn = 0; drawn < networks; drawn++) {
      const network = randomNetwork(random)
      const model = requestOf(network)
      const session = await started.load(model.manifest, model)
      for (let run = 0; run < runs; run++) {
        const { request, probes } = probed(network, model)
        const proving = proveSession(request.manifest, probes, (inputs) => session.run(inputs))
        await proving.catch((error: unknown) => refused.push(error))
      }
      await session.release()
    }
    expect(refused).toEqual([])
  })
})

describe('a backend with a wrong kernel', () => {
  const conv = (backends: readonly Backend[]): LoadRequest =>
    tinyGraphRequest(
      {
        inputs: [
          { name: 'x', dtype: 'float32', shape: [1, 6, 8, 8] },
          { name: 'w', dtype: 'float32', shape: [4, 6, 3, 3] },
        ],
        outputs: [{ name: 'y', dtype: 'float32', shape: [1, 4, 6, 6] }],
        nodes: [{ op: 'Conv', inputs: ['x', 'w'], outputs: ['y'] }],
      },
      backends,
    )
  /** What the convolution gives in double precision. */
  const convolved = ({ x, w }: Tensors): Tensors => {
    const [image, kernel] = [x!.data as Float32Array, w!.data as Float32Array]
    const data = new Float32Array(4 * 6 * 6)
    for (let at = 0; at < data.length; at++) {
      const [filter, row, column] = [Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6]
      let sum = 0
      for (let c = 0; c < 6; c++)
        for (let r = 0; r < 3; r++)
          for (let k = 0; k < 3; k++)
            sum += image[c * 64 + (row + r) * 8 + column + k]! * kernel[((filter * 6 + c) * 3 + r) * 3 + k]!
      data[at] = sum
    }
    return { y: { dtype: 'float32', shape: [1, 4, 6, 6], data } satisfies Tensor }
  }

  test('is found: Conv of six channels on webgpu (onnxruntime issue 29651) makes way for wasm', async () => {
    const model = conv(['webgpu', 'wasm'])
    const inputs = drawInputs(model.manifest.signature, random)
    const { request, probes } = withProbes(model, [{ inputs, outputs: convolved(inputs) }], tolerance)
    const runtime = createRuntime(onnx)
    const facts = await runtime.load(request, undefined, () => Promise.resolve(probes))
    expect(facts).toMatchObject({
      backend: 'wasm',
      fallbacks: [{ backend: 'webgpu', stage: 'probe', code: 'PROBE_FAILED' }],
    })
    await runtime.discard(facts.instance)
  })

  test('serves without probes: nothing else finds it', async () => {
    const runtime = createRuntime(onnx)
    const facts = await runtime.load(conv(['webgpu', 'wasm']))
    expect(facts.backend).toBe('webgpu')
    await runtime.discard(facts.instance)
  })

  test('whose probe cannot run makes way, with the reason of the engine', async () => {
    const model = conv(['wasm'])
    const inputs = drawInputs(model.manifest.signature, random)
    const { request, probes } = withProbes(model, [{ inputs, outputs: convolved(inputs) }], tolerance)
    const failing: InferenceEngine = {
      ...onnx,
      async start(backend) {
        const started = await onnx.start(backend)
        let runs = 0
        return {
          ...started,
          async load(...files) {
            const session = await started.load(...files)
            const run: typeof session.run = (fed) =>
              runs++ > 0
                ? Promise.reject(new HomingError('ENGINE_FAILED', 'Out of memory.'))
                : session.run(fed)
            return { ...session, run }
          },
        }
      },
    }
    const loading = createRuntime(failing).load(request, undefined, () => Promise.resolve(probes))
    await expect(loading).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      details: { backends: [{ backend: 'wasm', stage: 'probe', code: 'ENGINE_FAILED' }] },
    })
  })
})
