import { existsSync } from 'node:fs'

import { HomingError } from '@homing/protocol'
import { Tensor } from 'onnxruntime-web/wasm'
import { describe, expect, test } from 'vitest'

import { type ModelProto, modelOpsets, readModel, upgradeOpset, writeModel } from '../index.ts'
import { largestDifference } from '../testing/largest-difference.ts'
import { runModel } from '../testing/run-model.ts'
import { sileroVad } from '../testing/silero-vad.ts'
import { testDataFolder, testInputs, testModels, testOutputs } from '../testing/test-data.ts'

type Feeds = Record<string, Tensor>

const tryRun = (model: ModelProto, feeds: Feeds): Promise<Feeds | undefined> =>
  runModel(writeModel(model), feeds).catch(() => undefined)

function tryUpgrade(model: ModelProto, target: number): ModelProto | undefined {
  try {
    return upgradeOpset(model, target)
  } catch (error) {
    expect(error).toBeInstanceOf(HomingError)
    expect(error).toMatchObject({ code: 'ONNX_UNSUPPORTED' })
    return undefined
  }
}

/** These draw anew in every session. */
const random = /bernoulli|training_dropout/
/** onnxruntime-web 1.30 runs these in older operator sets alone. */
const withoutNewKernel = /roialign/
/** A scan over batches, a mapping of TensorFlow's, and single nodes of operator set 1. */
const withoutNewForm = /scan_sum|tf_half_pixel_for_nn|global|not_.d|softplus|softsign/

describe('models give the same outputs when they are upgraded', () => {
  test.each([18, 22])(
    'to operator set %i: those of the ONNX project',
    { timeout: 300_000 },
    async (target) => {
      const counts = { same: 0, close: 0, asStored: 0, refused: 0 }
      for (const { name, folder, bytes } of testModels()) {
        const model = readModel(bytes)
        const feeds = testInputs(model, folder)
        if (!feeds || random.test(name) || (modelOpsets(model).get('') ?? target) >= target) continue
        const upgraded = tryUpgrade(model, target)
        if (!upgraded) {
          expect(name).toMatch(withoutNewForm)
          counts.refused += 1
          continue
        }
        const [before, after] = [await tryRun(model, feeds), await tryRun(upgraded, feeds)]
        if (!after) {
          expect(before === undefined || withoutNewKernel.test(name), name).toBe(true)
          continue
        }
        // What the engine does not run in its old form is held against the outputs that come with the model.
        const difference = largestDifference(after, before ?? testOutputs(model, folder)!)
        expect(difference, name).toBeLessThan(before ? 1e-5 : 1e-3)
        counts[before ? (difference === 0 ? 'same' : 'close') : 'asStored'] += 1
      }
      if (!existsSync(testDataFolder)) return
      expect(counts.same).toBeGreaterThan(900)
      expect(counts.close).toBeLessThan(10)
      expect(counts.asStored).toBeGreaterThan(30)
      expect(counts.refused).toBeLessThan(15)
    },
  )

  const noise = Float32Array.from({ length: 1536 }, (_, i) => Math.sin(i * 12.9898) * 0.5)
  const state = (...shape: number[]): Tensor =>
    new Tensor(
      'float32',
      new Float32Array(256).subarray(
        0,
        shape.reduce((a, b) => a * b),
      ),
      shape,
    )
  const sr = new Tensor('int64', BigInt64Array.of(16_000n), [])
  test.each([
    [
      'silero_vad_legacy.onnx',
      { input: new Tensor('float32', noise, [1, 1536]), sr, h: state(2, 1, 64), c: state(2, 1, 64) },
    ],
    [
      'silero_vad_v5.onnx',
      { input: new Tensor('float32', noise.subarray(0, 576), [1, 576]), state: state(2, 1, 128), sr },
    ],
  ])('with weights and shapes in the branches of an If: %s', async (file, feeds) => {
    const model = readModel(sileroVad(file))
    expect(modelOpsets(model).get('')).toBeLessThan(18)
    const upgraded = upgradeOpset(model)
    expect(modelOpsets(upgraded).get('')).toBe(18)
    const [before, after] = [await tryRun(model, feeds), await tryRun(upgraded, feeds)]
    expect(largestDifference(after!, before!)).toBe(0)
  })
})
