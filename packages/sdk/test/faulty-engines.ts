import type { FaultNews, FaultPlan } from '@homing/testkit/fault-plan'
import { expect } from 'vitest'

import type { Model, Prediction } from '../src/client/api.ts'
import type { FaultScope } from '../src/faults/fault-point.ts'
import type { FaultPoint } from '../src/faults/fault-points.ts'
import type { Armed, EnginePoint, GpuLoss } from './follow-engine-faults.ts'
import { denseExpected, floats } from './tiny-packages.ts'

/** Bias of the tiny dense layer that the models of these tests are. */
export const bias = 1

const makers = {
  linear: () => new Worker(new URL('./faulty-linear-worker.ts', import.meta.url), { type: 'module' }),
  onnx: () => new Worker(new URL('./faulty-onnx-worker.ts', import.meta.url), { type: 'module' }),
  tfjs: () => new Worker(new URL('./faulty-tfjs-worker.ts', import.meta.url), { type: 'module' }),
}

/** The workers of one engine of a client, each of which follows orders. */
export interface FaultyEngine {
  /** Makes the next worker; `ordered` gives it an order before it starts. */
  readonly make: () => Worker
  readonly workers: readonly Worker[]
  /** The latest worker is to do this. Resolves when it has heard: calls come by another port. */
  readonly tell: (order: FaultPlan | GpuLoss) => Promise<void>
  /** The latest worker stands still when it passes `point`; it is ended there where `kill` says so. */
  readonly stopAt: (point: EnginePoint, kill: boolean) => Promise<void>
}

/** `ordered` is told of each new worker before it starts. */
export function faultyEngine(
  library: keyof typeof makers,
  ordered: (engine: FaultyEngine) => void = () => undefined,
): FaultyEngine {
  const workers: Worker[] = []
  const latest = (): Worker => workers.at(-1)!
  const engine: FaultyEngine = {
    workers,
    make() {
      workers.push(makers[library]())
      ordered(engine)
      return latest()
    },
    tell(order) {
      const worker = latest()
      return new Promise((resolve) => {
        worker.addEventListener('message', ({ data }: MessageEvent<Armed | FaultNews>) => {
          if (data.type === 'armed') resolve()
        })
        worker.postMessage(order)
      })
    },
    stopAt(point, kill) {
      const worker = latest()
      worker.addEventListener('message', ({ data }: MessageEvent<Armed | FaultNews>) => {
        if (kill && data.type === 'stopped') worker.terminate()
      })
      return engine.tell({ type: 'plan', action: 'stop', point })
    },
  }
  return engine
}

/** Calls `then` when the page passes `point` for the next time, and resolves. */
export function onceAtPage(point: FaultPoint, then: () => void): Promise<void> {
  const scope = globalThis as FaultScope
  return new Promise((resolve) => {
    scope.homingFaultPoint = (passed) => {
      if (passed !== point) return
      delete scope.homingFaultPoint
      then()
      resolve()
    }
  })
}

const x = [1, 2, 3, 4]

/** One call of the tiny dense layer. */
export const call = (model: Model, transfer = false): Promise<Prediction> =>
  model.predict({ x: floats(x, [1, 4]) }, { transfer })

/** Fails where a call was answered wrongly. */
export function expectRight({ outputs }: Prediction): void {
  denseExpected(x, bias).forEach((value, at) => expect(outputs['y']!.data[at]).toBeCloseTo(value, 4))
}

/** Four calls at once whose inputs stay here, all of which are answered, and two that are transferred. */
export async function callsSurvive(model: Model): Promise<void> {
  const kept = Promise.all([1, 2, 3, 4].map(() => call(model)))
  const moved = Promise.allSettled([1, 2].map(() => call(model, true)))
  for (const prediction of await kept) expectRight(prediction)
  for (const end of await moved) {
    if (end.status === 'fulfilled') expectRight(end.value)
    else expect(end.reason).toMatchObject({ code: 'WORKER_LOST', retryable: true })
  }
}
