import { canonicalBytes, type Training } from '@homing/protocol'
import { expect, it } from 'vitest'

import { fixtureBatch, tfjsTraining, trace } from '../../../test/tiny-training.ts'
import type { TrainingFiles } from '../trainer.ts'
import { tfjsTrainers } from './tfjs-trainer.ts'

const weights = [
  { name: 'dense/kernel', shape: [4, 3] },
  { name: 'dense/bias', shape: [3] },
  { name: 'norm/gamma', shape: [3] },
  { name: 'norm/beta', shape: [3] },
  { name: 'norm/moving_mean', shape: [3] },
  { name: 'norm/moving_variance', shape: [3] },
]

/** Dense, noise, dropout and batch normalisation, all of whose tensors are trained. */
function normalised(batchStatistics: boolean): TrainingFiles {
  const layer = (name: string, config: object) => ({ class_name: name, config })
  const layers = [
    layer('Dense', { name: 'dense', units: 3, batch_input_shape: [null, 4] }),
    layer('GaussianNoise', { name: 'noise', stddev: 1 }),
    layer('Sequential', {
      name: 'inner',
      layers: [layer('Dropout', { name: 'drop', rate: 0.5, batch_input_shape: [null, 3] })],
    }),
    layer('BatchNormalization', { name: 'norm', momentum: 0.9 }),
  ]
  const modelTopology = { class_name: 'Sequential', config: { name: 'tiny', layers } }
  const weightSpecs = weights.map((weight) => ({ ...weight, dtype: 'float32' }))
  const { manifest } = tfjsTraining('classes')
  const { recipe, ...training } = manifest.training!
  let offset = 0
  const tensors = weightSpecs.map((weight) => {
    const size = weight.shape.reduce((product, dim) => product * dim, 4)
    offset += size
    return { ...weight, offset: offset - size, size }
  })
  const kernel = Array.from({ length: 12 }, (_, i) => Math.sin(i + 1))
  const parameters = Float32Array.of(...kernel, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1)
  const section: Training = {
    ...training,
    recipe: { ...recipe, batchStatistics },
    tensors: weights.map(({ name }) => name),
  }
  return {
    manifest: { ...manifest, parameters: { ...manifest.parameters, tensors }, training: section },
    graph: canonicalBytes({ format: 'layers-model', modelTopology, weightSpecs }),
    parameters: new Uint8Array(parameters.buffer),
  }
}

it('moves running averages with the statistics of the batch where the recipe says so, and draws nothing', async () => {
  const library = tfjsTrainers({})
  const moved = await library.open('cpu', normalised(true))
  const { reports, tensors } = await trace(moved, 'classes')
  expect([...(tensors['norm/moving_mean']!.data as Float32Array)]).not.toEqual([0, 0, 0])
  await moved.begin()
  expect([...((await moved.parameters())['norm/moving_mean']!.data as Float32Array)]).toEqual([0, 0, 0])
  expect((await trace(moved, 'classes')).reports).toEqual(reports)

  const held = await library.open('cpu', normalised(false))
  const { tensors: kept } = await trace(held, 'classes')
  expect([...(kept['norm/moving_mean']!.data as Float32Array)]).toEqual([0, 0, 0])
  expect([...(kept['norm/moving_variance']!.data as Float32Array)]).toEqual([1, 1, 1])
  expect([...(kept['norm/gamma']!.data as Float32Array)]).not.toEqual([1, 1, 1])
  await held.release()

  const { inputs, targets } = fixtureBatch('classes')
  const infinite = { ...inputs['x']!, data: new Float32Array(16).fill(Infinity) } as (typeof inputs)['x']
  const { loss } = await moved.step({ inputs: { x: infinite }, targets }, { learningRate: 0.1, step: 5 })
  expect(Number.isFinite(loss)).toBe(false)
  for (const { data } of Object.values(await moved.parameters()))
    expect(Array.from(data as Float32Array).every(Number.isFinite)).toBe(true)
  await moved.release()
})
