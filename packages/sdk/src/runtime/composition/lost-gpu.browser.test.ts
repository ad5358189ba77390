import type { Next } from '@homing/protocol'
import { expect, it } from 'vitest'

import { denseOnnxRequest, floats, tinyGraphRequest } from '../../../test/tiny-packages.ts'
import type { Backend } from '../../libraries/backend.ts'
import type { InferenceEngine } from '../engine.ts'
import { onnxEngine } from '../engines/onnx-engine.ts'
import { createRuntime } from '../runtime.ts'
import type { BackendFault, LoadRequest } from '../runtime-api.ts'

// One file of its own: the test ends the page's WebGPU device.

const next: Next = { kind: 'chain', model: 'tail', inputs: { h: 'y' } }
const head = denseOnnxRequest(['webgpu'], { model: 'head' })
const tail = (backends: readonly Backend[]): LoadRequest =>
  tinyGraphRequest(
    {
      inputs: [{ name: 'h', dtype: 'float32', shape: ['batch', 3] }],
      outputs: [{ name: 'z', dtype: 'float32', shape: ['batch', 3] }],
      nodes: [{ op: 'Add', inputs: ['h', 'h'], outputs: ['z'] }],
    },
    backends,
    { model: 'tail' },
  )

/** onnxruntime-web, whose GPU is really lost before the second model runs on what the first left there. */
function losing(): InferenceEngine {
  const engine = onnxEngine({})
  return {
    ...engine,
    async start(backend) {
      const started = await engine.start(backend)
      return {
        ...started,
        async load(manifest, files) {
          const session = await started.load(manifest, files)
          if (manifest.model !== 'tail' || backend !== 'webgpu') return session
          return {
            ...session,
            async runHeld(...call) {
              const { env } = await import('onnxruntime-web/webgpu')
              const device = await env.webgpu.device
              device.destroy()
              await device.lost
              return session.runHeld!(...call)
            },
          }
        },
      }
    },
  }
}

it('what lay on a GPU that was lost is not made up: the whole chain is to be called again', async () => {
  const runtime = createRuntime(losing())
  const faults: BackendFault[] = []
  await runtime.onFault((fault) => faults.push(fault))
  for (const request of [{ ...head, manifest: { ...head.manifest, next } }, tail(['webgpu', 'wasm'])]) {
    const { instance } = await runtime.load(request)
    await runtime.activate(request.manifest.model, instance)
  }
  const call = runtime.predict('head', {
    inputs: { x: floats([1, 2, 3, 4], [1, 4]) },
    now: 0,
    follow: { ...next, back: false },
  })
  call.catch(() => undefined) // it is looked at below
  await expect.poll(() => faults.map(({ model }) => model)).toEqual(['tail'])
  const again = await runtime.load(tail(faults[0]!.remaining))
  await runtime.activate('tail', again.instance)
  await expect(call).rejects.toMatchObject({ code: 'CLOSED' })
})
