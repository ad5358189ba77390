import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Tensors, Trainer, TrainerLibrary, TrainingFiles } from '../src/learning/trainer.ts'
import type { Backend } from '../src/libraries/backend.ts'
import { type FixtureName, fixtureBatch, trace } from './tiny-training.ts'

/** What a suite needs of an adapter. */
export interface TrainerSubject {
  readonly library: TrainerLibrary
  readonly backend: Backend
  readonly files: (name: FixtureName) => TrainingFiles
  /** What stands before the names of the tensors. */
  readonly prefix: '' | 'dense/'
}

/** A rate at which the squares of the next outputs are no float32 any more. */
const divergingRate = 1e30

/** Holds an adapter to the guarantees of `trainer.ts`. */
export function trainerContract({ library, backend, files, prefix }: TrainerSubject): void {
  describe(`trainer contract: ${library.engine} on ${backend}`, () => {
    let trainer: Trainer
    beforeAll(async () => {
      trainer = await library.open(backend, files('squares'))
    })
    afterAll(() => trainer.release())

    const step = (number: number, learningRate = 0.1) =>
      trainer.step(fixtureBatch('squares', number), { learningRate, step: number })
    const numbers = (tensors: Tensors): number[] =>
      Object.values(tensors).flatMap(({ data }) => Array.from(data as Float32Array))

    it('says its version', async () => {
      expect(await library.version()).toMatch(/^\d+\.\d+\.\d+/)
    })

    it('begins with the tensors of the package, by their names', async () => {
      const tensors = await trainer.parameters()
      expect(Object.keys(tensors)).toEqual([`${prefix}kernel`, `${prefix}bias`])
      expect(tensors[`${prefix}kernel`]).toMatchObject({ dtype: 'float32', shape: [4, 3] })
      const packaged = new Float32Array(files('squares').parameters.buffer)
      for (const [i, value] of numbers(tensors).entries()) expect(value).toBeCloseTo(packaged[i]!, 6)
    })

    it('lowers the loss, and repeats a run from its beginning', async () => {
      const losses = []
      for (let run = 0; run < 2; run++) {
        await trainer.begin()
        const { reports } = await trace(trainer, 'squares', 6)
        expect(Object.keys(reports[0]!.metrics)).toEqual(['mae'])
        losses.push(reports.map(({ loss }) => loss))
      }
      expect(losses[1]).toEqual(losses[0])
      await trainer.begin()
      const first = await step(1)
      for (let repeat = 2; repeat <= 10; repeat++)
        await trainer.step(fixtureBatch('squares', 1), { learningRate: 0.1, step: repeat })
      expect((await step(1)).loss).toBeLessThan(first.loss / 2)
    })

    it('begins with the tensors that it is given, and refuses others without harm', async () => {
      await trainer.begin()
      await step(1)
      const trained = await trainer.parameters()
      const next = await step(2)
      await trainer.begin({ [`${prefix}bias`]: trained[`${prefix}bias`]! })
      const begun = await trainer.parameters()
      expect(begun[`${prefix}bias`]!.data).toEqual(trained[`${prefix}bias`]!.data)
      expect(begun[`${prefix}kernel`]!.data).not.toEqual(trained[`${prefix}kernel`]!.data)
      await trainer.begin(trained)
      const refused = [
        [{ other: trained[`${prefix}bias`]! }, 'INPUT_NAME'],
        [{ [`${prefix}bias`]: trained[`${prefix}kernel`]! }, 'INPUT_SHAPE'],
        [{ [`${prefix}bias`]: { dtype: 'int32', shape: [3], data: new Int32Array(3) } }, 'INPUT_DTYPE'],
        [
          { [`${prefix}bias`]: { dtype: 'float32', shape: [3], data: Float32Array.of(0, NaN, 0) } },
          'INPUT_VALUE',
        ],
      ] as const
      for (const [start, code] of refused) await expect(trainer.begin(start)).rejects.toMatchObject({ code })
      expect(await trainer.parameters()).toEqual(trained)
      expect((await step(2)).loss).toBeCloseTo(next.loss, 5)
    })

    it('goes back to the last tensors that gave a finite loss, and can go on', async () => {
      await trainer.begin()
      await step(1)
      const good = await trainer.parameters()
      expect(Number.isFinite((await step(2, divergingRate)).loss)).toBe(true)
      expect((await trainer.parameters())[`${prefix}bias`]).not.toEqual(good[`${prefix}bias`])
      expect(Number.isFinite((await step(3)).loss)).toBe(false)
      expect(await trainer.parameters()).toEqual(good)
      expect(Number.isFinite((await step(1)).loss)).toBe(true)
    })

    it('goes back to them also when it is asked to', async () => {
      await trainer.begin()
      await trainer.restore()
      await step(1)
      const good = await trainer.parameters()
      await step(2, divergingRate)
      await trainer.restore()
      expect(await trainer.parameters()).toEqual(good)
      await trainer.restore()
      expect(await trainer.parameters()).toEqual(good)
      expect(Number.isFinite((await step(1)).loss)).toBe(true)
    })

    it('keeps its tensors when a step fails', async () => {
      const failing = await library.open(backend, files('squares'))
      await trace(failing, 'squares', 1)
      const before = await failing.parameters()
      const { inputs, targets } = fixtureBatch('squares')
      const batch = { inputs: { x: { ...inputs['x']!, shape: [8, 2] } } as Tensors, targets }
      const step = failing.step(batch, { learningRate: 0.1, step: 2 })
      await expect(step).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
      expect(await failing.parameters()).toEqual(before)
      await failing.release()
    })

    it('gives tensors that are the callers own, and leaves batches usable', async () => {
      await trainer.begin()
      const tensors = await trainer.parameters()
      for (const { data } of Object.values(tensors)) (data as Float32Array).fill(7)
      expect(numbers(await trainer.parameters())).not.toContain(7)
      const batch = fixtureBatch('squares', 1)
      const kept = structuredClone(batch)
      await trainer.step(batch, { learningRate: 0.1, step: 1 })
      expect(batch).toEqual(kept)
    })

    it('changes nothing but what the package names', async () => {
      const part = await library.open(backend, files('bias'))
      expect(Object.keys((await trace(part, 'bias')).tensors)).toEqual([`${prefix}bias`])
      await part.release()
    })

    it('pulls towards where a run began', async () => {
      const pulled = await library.open(backend, files('huber'))
      const { reports } = await trace(pulled, 'huber', 3)
      expect(reports[0]!.metrics['proximal']).toBe(0)
      expect(reports[2]!.metrics['proximal']).toBeGreaterThan(0)
      await pulled.begin(await pulled.parameters())
      expect((await trace(pulled, 'huber', 1)).reports[0]!.metrics['proximal']).toBe(0)
      await pulled.release()
    })

    it('rejects bytes that are no model, and goes on', async () => {
      const broken = { ...files('squares'), graph: new TextEncoder().encode('<!doctype html>') }
      await expect(library.open(backend, broken)).rejects.toMatchObject({ name: 'HomingError' })
      await trainer.begin()
      await step(1)
    })

    it('tells what it cannot train', async () => {
      const { manifest, ...rest } = files('squares')
      const { training: _, ...plain } = manifest
      await expect(library.open(backend, { ...rest, manifest: plain })).rejects.toMatchObject({
        code: 'TRAINING_UNAVAILABLE',
      })
      await expect(library.open('imaginary' as Backend, files('squares'))).rejects.toMatchObject({
        name: 'HomingError',
      })
    })
  })
}
