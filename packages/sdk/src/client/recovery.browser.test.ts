import type { FaultNews, FaultPlan } from '@homing/testkit/fault-plan'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { Armed, GpuLoss } from '../../test/follow-engine-faults.ts'
import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { denseExpected, denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import { denseLayersRequest } from '../../test/tiny-tfjs.ts'
import type { FaultScope } from '../faults/fault-point.ts'
import type { FaultPoint } from '../faults/fault-points.ts'
import type { Backend } from '../libraries/backend.ts'
import type { ClientOptions, Model, Prediction } from './api.ts'

// Faults are real: workers are ended or stand still at a point in the code, GPUs are taken away from under the engines.

const x = [1, 2, 3, 4]
const bias = 1
let engines: Worker[]

beforeEach(() => {
  engines = []
})
afterEach(() => {
  delete (globalThis as FaultScope).homingFaultPoint
})
serveEachTest()

const faulty = (engine: 'onnx' | 'tfjs') => (): Worker => {
  const worker =
    engine === 'onnx'
      ? new Worker(new URL('../../test/faulty-onnx-worker.ts', import.meta.url), { type: 'module' })
      : new Worker(new URL('../../test/faulty-tfjs-worker.ts', import.meta.url), { type: 'module' })
  engines.push(worker)
  return worker
}

/** A model of a small dense layer, whose engine's worker has faults. */
async function opened(
  engine: 'onnx' | 'tfjs',
  backends: readonly Backend[],
  options: Partial<ClientOptions> = {},
): Promise<Model> {
  const request = engine === 'onnx' ? denseOnnxRequest([], { bias }) : denseLayersRequest([], { bias })
  await repository.publish([{ request }])
  return client({ workers: { [engine]: faulty(engine) }, ...options }).model('tiny', { backends })
}

/** Resolves when the engine's worker has heard: calls come by another port. */
function tell(order: FaultPlan | GpuLoss): Promise<void> {
  const worker = engines.at(-1)!
  return new Promise((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<Armed | FaultNews>) => {
      if (data.type === 'armed') resolve()
    })
    worker.postMessage(order)
  })
}

/** The engine's worker stands still when it passes `point`; it is ended there where `kill` says so. */
function stopAt(point: FaultPoint, kill: boolean): Promise<void> {
  const worker = engines.at(-1)!
  worker.addEventListener('message', ({ data }: MessageEvent<Armed | FaultNews>) => {
    if (kill && data.type === 'stopped') worker.terminate()
  })
  return tell({ type: 'plan', action: 'stop', point })
}
const loseGpuAt = (point: FaultPoint): Promise<void> => tell({ type: 'lose-gpu', point })

const expectRight = ({ outputs }: Prediction): void =>
  denseExpected(x, bias).forEach((value, at) => expect(outputs['y']!.data[at]).toBeCloseTo(value, 4))

/** Four calls at once whose inputs stay here, all of which are answered, and two that are transferred. */
async function callsSurvive(model: Model): Promise<void> {
  const call = (transfer: boolean): Promise<Prediction> =>
    model.predict({ x: floats(x, [1, 4]) }, { transfer })
  const kept = Promise.all([false, false, false, false].map(call))
  const moved = Promise.allSettled([true, true].map(call))
  for (const prediction of await kept) expectRight(prediction)
  for (const end of await moved) {
    if (end.status === 'fulfilled') expectRight(end.value)
    else expect(end.reason).toMatchObject({ code: 'WORKER_LOST', retryable: true })
  }
}

describe('at every step of a call', () => {
  // A worker that dies five times within a minute is not started again.
  test.each<FaultPoint[]>([
    ['call-received', 'call-started', 'call-encoded'],
    ['call-running', 'call-ran', 'call-decoded'],
  ])('a worker that is killed at %s, then at %s, then at %s', async (...points) => {
    const model = await opened('tfjs', ['cpu'])
    for (const point of points) {
      await stopAt(point, true)
      await callsSurvive(model)
    }
    expect(engines).toHaveLength(4)
    expect(model.status).toMatchObject({ state: { name: 'active' }, restarts: 3 })
  })

  test('a worker that is killed while the page prepares a call, sends it, or has its answer', async () => {
    const model = await opened('tfjs', ['cpu'])
    const scope = globalThis as FaultScope
    for (const point of ['call-retained', 'call-sent', 'call-answered'] as const) {
      scope.homingFaultPoint = (passed) => {
        if (passed !== point) return
        delete scope.homingFaultPoint
        engines.at(-1)!.terminate()
      }
      await callsSurvive(model)
      await callsSurvive(model) // where the death came after the answer, these meet it
    }
    expect(engines).toHaveLength(4)
  })

  test('a worker that hangs when it gets a call, and then the next one while it runs one', async () => {
    const model = await opened('tfjs', ['cpu'], { hangLimit: 2_000 }) // each hang is waited for
    for (const point of ['call-received', 'call-running'] as const) {
      await stopAt(point, false)
      await callsSurvive(model)
    }
    expect(model.status.restarts).toBeGreaterThanOrEqual(2)
  })

  test.each<FaultPoint>(['call-encoded', 'call-running', 'call-ran'])(
    'a WebGL context that is lost at %s, and the next one too',
    async (point) => {
      const model = await opened('tfjs', ['webgl', 'cpu'])
      await loseGpuAt(point)
      await callsSurvive(model)
      await callsSurvive(model) // where the loss came after the run, these meet it
      expect(model.status).toMatchObject({ fallbacks: [], backend: 'webgl', restarts: 1 })
      await loseGpuAt(point)
      await callsSurvive(model)
      await callsSurvive(model)
      expect(model.status).toMatchObject({
        backend: 'cpu',
        fallbacks: [{ backend: 'webgl', stage: 'run', code: 'ENGINE_FAILED' }],
      })
    },
  )

  test('a WebGPU device that is lost under onnxruntime-web, and the next one too', async () => {
    const model = await opened('onnx', ['webgpu', 'wasm'])
    expect(model.status.backend).toBe('webgpu')
    await loseGpuAt('call-running')
    await callsSurvive(model)
    await callsSurvive(model)
    expect(model.status).toMatchObject({ backend: 'webgpu', restarts: 1 })
    await loseGpuAt('call-started')
    await callsSurvive(model)
    await callsSurvive(model) // a loss is told a task later
    expect(model.status).toMatchObject({ backend: 'wasm' })
  })

  test('where no other backend is left, a call that breaks it again rejects with the reasons, and the next one is served', async () => {
    const model = await opened('tfjs', ['webgl'])
    await loseGpuAt('call-running')
    await callsSurvive(model)
    await loseGpuAt('call-running')
    await expect(model.predict({ x: floats(x, [1, 4]) })).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      details: { backends: [{ backend: 'webgl', stage: 'run' }] },
    })
    expectRight(await model.predict({ x: floats(x, [1, 4]) }))
  })
})

describe('while a version is loaded', () => {
  /** The first `count` workers stand still at `point`, and are ended there where `kill` says so. */
  const stoppingFirst = (count: number, point: FaultPoint, kill: boolean) => (): Worker => {
    const worker = faulty('tfjs')()
    if (engines.length <= count) void stopAt(point, kill) // heard before the worker starts
    return worker
  }
  const open = async (
    tfjs: () => Worker,
    backends: readonly Backend[],
    hangLimit: number,
  ): Promise<Model> => {
    await repository.publish([{ request: denseLayersRequest([], { bias }) }])
    return client({ workers: { tfjs }, hangLimit }).model('tiny', { backends })
  }

  test.each<FaultPoint>(['backend-starting', 'first-run'])(
    'a worker that is killed at %s is followed by another',
    async (point) => {
      const model = await open(stoppingFirst(1, point, true), ['cpu'], 60_000)
      expectRight(await model.predict({ x: floats(x, [1, 4]) }))
      expect(engines).toHaveLength(2)
    },
  )

  test('a worker that hangs is followed by another', async () => {
    const model = await open(stoppingFirst(1, 'model-loading', false), ['cpu'], 1_500)
    expectRight(await model.predict({ x: floats(x, [1, 4]) }))
  })

  test('a backend that takes the worker with it twice is passed over', async () => {
    const model = await open(stoppingFirst(2, 'model-loading', true), ['webgl', 'cpu'], 60_000)
    expectRight(await model.predict({ x: floats(x, [1, 4]) }))
    expect(model.status).toMatchObject({
      backend: 'cpu',
      fallbacks: [{ backend: 'webgl', stage: 'load', code: 'WORKER_LOST' }],
    })
    expect(engines).toHaveLength(3)
  })
})
