import { describe, expect, it } from 'vitest'

import type { EngineSession, InferenceEngine } from '../src/runtime/engine.ts'
import type { Backend } from '../src/libraries/backend.ts'
import type { LoadRequest } from '../src/runtime/runtime-api.ts'
import { denseExpected, floats } from './tiny-packages.ts'

/** What a suite needs of an adapter: the engine, and requests for the tiny dense layer and for a bad operator. */
export interface ContractSubject {
  readonly name: string
  readonly backend: Backend
  readonly engine: () => InferenceEngine
  readonly dense: (bias: number) => LoadRequest
  readonly unsupported: () => LoadRequest
}

const x = [1, 2, 3, 4, -1, 0, 1, 0.5]

/** Holds an adapter to the guarantees of `engine.ts`. */
export function engineContract({ name, backend, engine, dense, unsupported }: ContractSubject): void {
  describe(`engine contract: ${name} on ${backend}`, () => {
    const load = async (request: LoadRequest): Promise<EngineSession> => {
      const started = await engine().start(backend)
      return started.load(request.manifest, request)
    }

    it('says its version and threads, and starts once', async () => {
      const subject = engine()
      expect(await subject.version()).toMatch(/^\d+\.\d+\.\d+/)
      const started = await subject.start(backend)
      expect(started.threads).toBeGreaterThan(0)
      expect(await subject.start(backend)).toBe(started)
    })

    it('runs batches of any size, with the outputs of the signature', async () => {
      const session = await load(dense(0.5))
      for (const rows of [1, 2]) {
        const input = x.slice(0, rows * 4)
        const { y, ...others } = await session.run({ x: floats(input, [rows, 4]) })
        expect(others).toEqual({})
        expect(y).toMatchObject({ dtype: 'float32', shape: [rows, 3] })
        denseExpected(input, 0.5).forEach((value, at) => expect(y!.data[at]).toBeCloseTo(value, 5))
      }
      await session.release()
    })

    it('takes a batch larger than any inner one', async () => {
      const session = await load(dense(1))
      const input = Array.from({ length: 100 * 4 }, (_, i) => (i % 7) - 3)
      const { y } = await session.run({ x: floats(input, [100, 4]) })
      denseExpected(input, 1).forEach((value, at) => expect(y!.data[at]).toBeCloseTo(value, 4))
      await session.release()
    })

    it('keeps sessions apart, and one alive when the other is released', async () => {
      const [one, two] = [await load(dense(1)), await load(dense(2))]
      const run = async (session: EngineSession): Promise<number> => {
        const { y } = await session.run({ x: floats([0, 0, 0, 0], [1, 4]) })
        return y!.data[0] as number
      }
      expect([await run(one), await run(two)]).toEqual([1, 2])
      await one.release()
      expect(await run(two)).toBe(2)
      await two.release()
    })

    it('gives outputs that own their data and leaves the inputs usable', async () => {
      const session = await load(dense(1))
      const input = floats([1, 1, 1, 1], [1, 4])
      const first = await session.run({ x: input })
      const kept = [...(first['y']!.data as Float32Array)]
      structuredClone(first['y']!.data, { transfer: [(first['y']!.data as Float32Array).buffer] })
      const second = await session.run({ x: input })
      expect([...(second['y']!.data as Float32Array)]).toEqual(kept)
      expect([...(input.data as Float32Array)]).toEqual([1, 1, 1, 1])
      await session.release()
    })

    it('rejects bytes that are no model, and goes on', async () => {
      const request = dense(0)
      const broken = { ...request, graph: new TextEncoder().encode('<!doctype html>') }
      await expect(load(broken)).rejects.toMatchObject({ name: 'HomingError' })
      const session = await load(dense(3))
      await session.release()
    })

    it('names the operator that it lacks', async () => {
      await expect(loadAndRun(unsupported())).rejects.toMatchObject({
        code: 'OPERATOR_UNSUPPORTED',
        message: expect.stringContaining('Imaginary'),
      })
    })

    it('rejects with ENGINE_FAILED when a run fails, and can run again', async () => {
      const session = await load(dense(1))
      await expect(session.run({ x: floats([1, 2, 3], [1, 3]) })).rejects.toMatchObject({
        code: 'ENGINE_FAILED',
      })
      const { y } = await session.run({ x: floats([0, 0, 0, 0], [1, 4]) })
      expect(y!.data[0]).toBe(1)
      await session.release()
    })

    /** Some engines find a missing operator when they load, others when they run. */
    const loadAndRun = async (request: LoadRequest): Promise<unknown> => {
      const session = await load(request)
      return session.run({ x: floats([1, 2, 3, 4], [1, 4]) }).finally(() => session.release())
    }
  })
}
