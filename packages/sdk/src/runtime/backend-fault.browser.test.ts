import { backend } from '@tensorflow/tfjs-core'
import wasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import { describe, expect, it } from 'vitest'

import { denseLayersRequest, einsumRequest } from '../../test/tiny-tfjs.ts'
import { denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import { onnxEngine } from './engines/onnx-engine.ts'
import { tfjsEngine } from './engines/tfjs-engine.ts'
import { createRuntime } from './runtime.ts'
import type { BackendFault, PredictReply, RuntimeApi } from './runtime-api.ts'

// One file of its own: the test ends a WebGL context, which TensorFlow.js keeps for the life of the page.
const engine = tfjsEngine({ assetBase: new URL('.', new URL(wasmUrl, location.href)).href })
const call = (runtime: RuntimeApi, signal?: AbortSignal): Promise<PredictReply> =>
  runtime.predict('tiny', { inputs: { x: floats([1, 2, 3, 4], [1, 4]) }, now: 0 }, signal)

describe('a backend that lacks a kernel', () => {
  it('falls to the next when it first runs', async () => {
    const runtime = createRuntime(engine)
    const facts = await runtime.load(einsumRequest(['wasm', 'cpu']))
    expect(facts).toMatchObject({
      backend: 'cpu',
      fallbacks: [
        {
          backend: 'wasm',
          stage: 'run',
          code: 'OPERATOR_UNSUPPORTED',
          reason: expect.stringContaining('Einsum'),
        },
      ],
    })
    await runtime.activate('tiny', facts.instance)
    const { outputs } = await runtime.predict('tiny', {
      inputs: { x: floats([1, 2, 3, 4, 5, 6], [2, 3]) },
      now: 0,
    })
    expect(outputs['y']).toEqual(floats([5, 7, 9], [3]))
    await runtime.close('tiny')
  })
})

describe('a backend that breaks while it serves', () => {
  it('tells, waits for the version on another backend, and repeats the call there', async () => {
    const runtime = createRuntime(engine)
    const faults: BackendFault[] = []
    await runtime.onFault((fault) => faults.push(fault))
    const facts = await runtime.load(denseLayersRequest(['webgl', 'cpu'], { bias: 1 }))
    expect(facts.backend).toBe('webgl')
    await runtime.activate('tiny', facts.instance)
    const good = await call(runtime)

    const { gl } = (backend() as unknown as { gpgpu: { gl: WebGL2RenderingContext } }).gpgpu
    gl.getExtension('WEBGL_lose_context')!.loseContext()
    const controller = new AbortController()
    const [failed, aborted, queued] = [call(runtime), call(runtime, controller.signal), call(runtime)]
    await expect.poll(() => faults.length).toBe(1)
    expect(faults[0]).toMatchObject({
      model: 'tiny',
      instance: facts.instance,
      backend: 'webgl',
      error: { code: 'ENGINE_FAILED', message: expect.stringContaining('context was lost') },
      remaining: ['cpu'],
    })
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })

    const again = await runtime.load(denseLayersRequest(faults[0]!.remaining, { bias: 1 }))
    await runtime.activate('tiny', again.instance)
    for (const reply of [await failed, await queued]) {
      expect(reply.backend).toBe('cpu')
      good.outputs['y']!.data.forEach((value, at) =>
        expect(reply.outputs['y']!.data[at]).toBeCloseTo(value as number, 5),
      )
    }
    expect(faults).toHaveLength(1)
    await runtime.close('tiny')
  })

  it('is not chosen again, with the reason', async () => {
    const runtime = createRuntime(engine)
    const { backend, fallbacks, instance } = await runtime.load(denseLayersRequest(['webgl', 'cpu']))
    expect(backend).toBe('cpu')
    expect(fallbacks).toMatchObject([
      { backend: 'webgl', code: 'ENGINE_FAILED', reason: expect.stringContaining('context was lost') },
    ])
    await runtime.discard(instance)
  })
})

describe('a WebGPU device that is lost under onnxruntime-web', () => {
  it('tells, and the host may give up or go on', async () => {
    const runtime = createRuntime(onnxEngine({}))
    const faults: BackendFault[] = []
    await runtime.onFault((fault) => faults.push(fault))
    const facts = await runtime.load(denseOnnxRequest(['webgpu', 'wasm'], { bias: 1 }))
    expect(facts.backend).toBe('webgpu')
    await runtime.activate('tiny', facts.instance)
    const good = await call(runtime)
    const { env } = await import('onnxruntime-web/webgpu')
    const device = await env.webgpu.device
    device.destroy()

    const [given, closed] = [call(runtime), call(runtime)]
    await expect.poll(() => faults.length).toBe(1)
    expect(faults[0]).toMatchObject({
      backend: 'webgpu',
      error: { code: 'ENGINE_FAILED' },
      remaining: ['wasm'],
    })
    await runtime.giveUp('tiny', faults[0]!.error)
    await expect(given).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    await expect.poll(() => faults.length).toBe(2) // the next call met the same device
    const again = await runtime.load(denseOnnxRequest(['wasm'], { bias: 1 }))
    await runtime.activate('tiny', again.instance)
    expect((await closed).outputs).toEqual(good.outputs)
    await runtime.close('tiny')
  })
})
