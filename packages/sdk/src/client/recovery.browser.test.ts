import { afterEach, describe, expect, test, vi } from 'vitest'

import {
  bias,
  call,
  callsSurvive,
  expectRight,
  type FaultyEngine,
  faultyEngine,
  onceAtPage,
} from '../../test/faulty-engines.ts'
import { linearRequest } from '../../test/linear-request.ts'
import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { denseOnnxRequest } from '../../test/tiny-packages.ts'
import { denseLayersRequest } from '../../test/tiny-tfjs.ts'
import type { FaultScope } from '../faults/fault-point.ts'
import { callSteps } from '../faults/fault-points.ts'
import type { Backend } from '../libraries/backend.ts'
import type { Model } from './api.ts'

// Faults are real: workers are ended or stand still at a point in the code, GPUs are taken away from under the engines.

type CallStep = (typeof callSteps)[number]
const isPageStep = (step: CallStep): boolean => ['call-retained', 'call-sent', 'call-answered'].includes(step)

afterEach(() => {
  delete (globalThis as FaultScope).homingFaultPoint
})
serveEachTest()

describe('at every step of a call', () => {
  /** Brings a fault over a worker, at once or when it passes a step. */
  type Bring = (engine: FaultyEngine, step: CallStep | 'now') => Promise<void>

  const kill: Bring = (engine, step) => {
    if (step !== 'now') return engine.stopAt(step, true)
    engine.workers.at(-1)!.terminate()
    return Promise.resolve()
  }
  const hang: Bring = (engine, step) => engine.stopAt(step, false)

  test('calls survive a worker that is killed, and then one that hangs', async () => {
    const engines = new Map(callSteps.map((step) => [step, faultyEngine('linear')]))
    for (const step of callSteps)
      await repository.publish([{ request: linearRequest('1.0.0', bias, { model: step, engine: step }) }])
    const homing = client({
      engines: Object.fromEntries([...engines].map(([step, { make }]) => [step, make])),
      hangLimit: 2_000, // each model waits for its own, all at once
    })
    const models = await Promise.all(
      callSteps.map(async (step) => [step, await homing.model(step, { backends: ['cpu'] })] as const),
    )
    for (const [deaths, bring] of [kill, hang].entries()) {
      const surviving: Promise<void>[] = []
      for (const [step, model] of models) {
        const engine = engines.get(step)!
        const passed = isPageStep(step) && onceAtPage(step, () => void bring(engine, 'now'))
        if (!passed) await bring(engine, step)
        surviving.push(callsSurvive(model).then(() => callsSurvive(model))) // where the fault came after the answer, these meet it
        await passed
      }
      await Promise.all(surviving)
      for (const [step, { status }] of models) {
        expect(status.state.name, step).toBe('active')
        expect(status.restarts, step).toBeGreaterThan(deaths)
      }
    }
  })

  const libraries = {
    'a WebGL context under tfjs': ['tfjs', denseLayersRequest, ['webgl', 'cpu']],
    'a WebGPU device under onnxruntime-web': ['onnx', denseOnnxRequest, ['webgpu', 'wasm']],
  } as const
  const opened = async (
    lost: keyof typeof libraries,
    backends: readonly Backend[] = libraries[lost][2],
  ): Promise<{ model: Model; lose: (step: CallStep) => Promise<void> }> => {
    const [library, requestOf] = libraries[lost]
    const engine = faultyEngine(library)
    await repository.publish([{ request: requestOf([], { bias }) }])
    const model = await client({ workers: { [library]: engine.make } }).model('tiny', { backends })
    return {
      model,
      async lose(step) {
        if (isPageStep(step))
          void onceAtPage(step, () => void engine.tell({ type: 'lose-gpu', point: 'now' }))
        else await engine.tell({ type: 'lose-gpu', point: step })
      },
    }
  }

  // Once may happen to any backend; where it happens again, the next one serves.
  test.each<[keyof typeof libraries, CallStep, CallStep]>([
    ['a WebGL context under tfjs', 'call-sent', 'call-received'],
    ['a WebGL context under tfjs', 'call-started', 'call-encoded'],
    ['a WebGL context under tfjs', 'call-running', 'call-ran'],
    ['a WebGL context under tfjs', 'call-decoded', 'call-answered'],
    ['a WebGPU device under onnxruntime-web', 'call-received', 'call-started'],
    ['a WebGPU device under onnxruntime-web', 'call-encoded', 'call-running'],
    ['a WebGPU device under onnxruntime-web', 'call-ran', 'call-decoded'],
  ])('calls survive the loss of %s at %s, and then at %s', async (lost, first, second) => {
    const [, , [gpu, other]] = libraries[lost]
    const { model, lose } = await opened(lost)
    expect(model.status.backend).toBe(gpu)
    await lose(first)
    await callsSurvive(model)
    await callsSurvive(model) // where the loss came after the run, or is told a task later, these meet it
    const isNow = (status: object) => vi.waitFor(() => expect(model.status).toMatchObject(status)) // told by the host
    await isNow({ fallbacks: [], backend: gpu, restarts: 1 })
    await lose(second)
    await callsSurvive(model)
    await callsSurvive(model)
    await isNow({ backend: other, fallbacks: [{ backend: gpu, stage: 'run', code: 'ENGINE_FAILED' }] })
  })

  test('where no other backend is left, a call that breaks it again rejects with the reasons, and the next one is served', async () => {
    const { model, lose } = await opened('a WebGL context under tfjs', ['webgl'])
    await lose('call-running')
    await callsSurvive(model)
    await lose('call-running')
    await expect(call(model)).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      details: { backends: [{ backend: 'webgl', stage: 'run' }] },
    })
    expectRight(await call(model))
  })
})

test('what is closed while a run hangs lets go of its calls: the model at once, the client with its workers', async () => {
  const engine = faultyEngine('linear')
  const opened = async (model: string): Promise<Model> => {
    await repository.publish([{ request: linearRequest('1.0.0', bias, { model }) }])
    return homing.model(model, { backends: ['cpu'] })
  }
  const homing = client({ engines: { linear: engine.make }, hangLimit: 1_000 })
  const [first, second] = [await opened('first'), await opened('second')]
  await engine.stopAt('call-running', false)
  const calls = [call(first), call(second)]
  const left = expect(calls[0]).rejects.toMatchObject({ code: 'WORKER_LOST' })
  await first.close()
  await left
  expectRight(await calls[1]!) // which waited behind it
  await expect(call(first)).rejects.toMatchObject({ code: 'CLOSED' })

  await engine.stopAt('call-running', false)
  const last = expect(call(second)).rejects.toMatchObject({ code: 'CLOSED' })
  await homing.close()
  await last
})
