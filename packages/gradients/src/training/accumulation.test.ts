import { describe, expect, it } from 'vitest'

import type { Numbers } from '../testing/run-model.ts'
import { smallBatch, smallNetwork } from '../testing/small-network.ts'
import { trainSteps } from '../testing/train-steps.ts'
import { trainingGraph } from '../training-graph.ts'
import type { TrainingOptions } from './training-options.ts'

const [micro, count] = [2, 3]

/** Rows `from` to `to` of each tensor. */
function rowsOf(batch: Readonly<Record<string, Numbers>>, from: number, to: number): Record<string, Numbers> {
  return Object.fromEntries(
    Object.entries(batch).map(([name, { shape, data }]) => {
      const width = shape[1]!
      return [name, { shape: [to - from, width], data: data.slice(from * width, to * width) }]
    }),
  )
}

const batches = [1, 2].map((seed) => ({ ...smallBatch(micro * count, seed) }))
const pieces = batches.flatMap((batch) =>
  Array.from({ length: count }, (_, i) => rowsOf(batch, i * micro, (i + 1) * micro)),
)

describe('accumulate', () => {
  it.each<Pick<TrainingOptions, 'optimiser' | 'clipNorm' | 'weightDecay' | 'proximal'>>([
    { optimiser: { kind: 'sgd' } },
    { optimiser: { kind: 'momentum', nesterov: true } },
    { optimiser: { kind: 'adam' }, weightDecay: 0.1 },
    { optimiser: { kind: 'sgd' }, clipNorm: 0.05 },
    { optimiser: { kind: 'adam' }, clipNorm: 0.05, proximal: 0.2 },
  ])('makes small batches of one large: %j', async (recipe) => {
    const model = smallNetwork()
    const options = { loss: 'mse', ...recipe } as const
    const whole = trainingGraph(model, { ...options, dims: { batch: micro * count } })
    const parts = trainingGraph(model, { ...options, dims: { batch: micro }, accumulate: count })
    const [expected, found] = [
      await trainSteps(model, whole, batches, 0.1),
      await trainSteps(model, parts, pieces, 0.1),
    ]
    for (const [name, { data }] of Object.entries(expected.tensors)) {
      const distance = Math.hypot(...data.map((value, i) => value - found.tensors[name]!.data[i]!))
      expect(distance / Math.max(Math.hypot(...data), 1e-3), name).toBeLessThan(1e-6)
    }
    for (const { input, state } of parts.parameters) {
      expect(state.at(-1)).toMatchObject({ input: `${input}/accumulated` })
      expect(found.tensors[`${input}/accumulated`]!.data.every((value) => value === 0)).toBe(true)
    }
  })

  it('changes nothing but the sums before the last step, bit for bit', async () => {
    const model = smallNetwork()
    const graph = trainingGraph(model, {
      loss: 'mse',
      optimiser: { kind: 'adam' },
      weightDecay: 0.1,
      dims: { batch: micro },
      accumulate: count,
    })
    const [three, five] = [
      await trainSteps(model, graph, pieces.slice(0, 3), 0.1),
      await trainSteps(model, graph, pieces.slice(0, 5), 0.1),
    ]
    for (const [name, { data }] of Object.entries(three.tensors))
      if (name.endsWith('/accumulated')) expect(five.tensors[name]!.data).not.toEqual(data)
      else expect(five.tensors[name]!.data, name).toEqual(data)
  })

  it('counts the changes exactly, however many there were', async () => {
    const model = smallNetwork()
    const changed = async (accumulate: number, step: number): Promise<boolean> => {
      const options = { loss: 'mse', optimiser: { kind: 'sgd' }, dims: { batch: micro } } as const
      const graph = trainingGraph(model, { ...options, accumulate })
      const at = { [graph.step]: { shape: [], data: Float32Array.of(step) } }
      const { tensors } = await trainSteps(model, graph, [pieces[0]!], 0.1, at)
      return tensors['b2']!.data.some((value, i) => value !== before[i])
    }
    const before = (
      await trainSteps(
        model,
        trainingGraph(model, { loss: 'mse', optimiser: { kind: 'sgd' }, dims: { batch: micro } }),
        [],
        0.1,
      )
    ).tensors['b2']!.data
    for (const [accumulate, changes] of [
      [3, 333_333],
      [7, 100_001],
      [48, 20_000],
    ] as const) {
      expect(await changed(accumulate, accumulate * changes - 1)).toBe(false)
      expect(await changed(accumulate, accumulate * changes)).toBe(true)
      expect(await changed(accumulate, accumulate * changes + 1)).toBe(false)
    }
  })

  it.each([0, 1.5, -2])('refuses %d', (accumulate) => {
    expect(() =>
      trainingGraph(smallNetwork(), {
        loss: 'mse',
        optimiser: { kind: 'sgd' },
        dims: { batch: 1 },
        accumulate,
      }),
    ).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})
