import { graphBuilder, readTensor } from '@homing/onnx'
import { describe, expect, it } from 'vitest'

import { type Numbers, openModel } from './testing/run-model.ts'
import { trainingGraph } from './training-graph.ts'

const settings = { loss: 'mse', optimiser: { kind: 'sgd' }, batchStatistics: true } as const
const scalar = (value: number): Numbers => ({ shape: [], data: Float32Array.of(value) })
const wave = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(3 * i + seed))

/** x [4, 2, 3, 3] -> Conv -> BatchNormalization -> y. */
function network(opset: number) {
  const g = graphBuilder('normalised', { opset })
  const x = g.input('x', 'float32', ['batch', 2, 3, 3])
  const conv = g.op('Conv', [x, g.parameter('w', 'float32', [2, 2, 1, 1], [0.5, -1, 2, 0.3])])
  const [scale, shift, mean, variance] = Object.entries({
    scale: [1.5, -0.5],
    shift: [0.1, 0.2],
    mean: [0.3, -0.4],
    variance: [1, 2],
  }).map(([name, data]) => g.parameter(name, 'float32', [2], data))
  const y = g.op('BatchNormalization', [conv, scale, shift, mean, variance], { momentum: 0.75 })
  g.output('y', g.op('Tanh', [y]), 'float32', ['batch', 2, 3, 3])
  return g.build()
}

describe('batch statistics', () => {
  it.each([17, 18])('train scale, shift and what lies before (operator set %i)', async (opset) => {
    const model = network(opset)
    const graph = trainingGraph(model, { ...settings, dims: { batch: 4 } })
    expect(graph.parameters.map(({ input }) => input)).toEqual(['w', 'scale', 'shift', 'mean', 'variance'])
    const start = Object.fromEntries(
      model.graph!.initializer.map((tensor) => [tensor.name, readTensor(tensor)]),
    ) as unknown as Record<string, { shape: number[]; data: Float32Array }>
    const feeds = {
      x: { shape: [4, 2, 3, 3], data: wave(72, 1) },
      targets: { shape: [4, 2, 3, 3], data: wave(72, 2) },
      learning_rate: scalar(1),
      step: scalar(1),
    }
    const open = await openModel(graph.model)
    const results = await open.run({ ...feeds, ...start })
    const trained = ['w', 'scale', 'shift']
    const h = 1e-2
    const direction = Object.fromEntries(trained.map((name, i) => [name, wave(4, i)]))
    const lossAt = async (step: number): Promise<number> => {
      const moved = trained.map((name) => {
        const { shape, data } = start[name]!
        return [name, { shape, data: data.map((value, i) => value + step * direction[name]![i]!) }] as const
      })
      return (await open.run({ ...feeds, ...start, ...Object.fromEntries(moved) }))['loss']![0]!
    }
    const difference = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h)
    await open.close()
    const slope = trained.flatMap((name) =>
      Array.from(
        start[name]!.data,
        (value, i) => (value - results[`${name}/next`]![i]!) * direction[name]![i]!,
      ),
    )
    expect(slope.reduce((a, b) => a + b)).toBeCloseTo(difference, 3)
    expect(Math.abs(difference)).toBeGreaterThan(0.01)

    // The convolution by hand, channel by channel, and its mean and variance over the batch.
    const { data } = feeds.x
    const w = start['w']!.data
    for (const channel of [0, 1]) {
      const values = Array.from({ length: 36 }, (_, i) => {
        const at = Math.floor(i / 9) * 18 + (i % 9)
        return w[2 * channel]! * data[at]! + w[2 * channel + 1]! * data[at + 9]!
      })
      const mean = values.reduce((a, b) => a + b) / 36
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 36
      expect(results['mean/next']![channel]).toBeCloseTo(
        0.75 * start['mean']!.data[channel]! + 0.25 * mean,
        5,
      )
      expect(results['variance/next']![channel]).toBeCloseTo(
        0.75 * start['variance']!.data[channel]! + 0.25 * variance,
        5,
      )
    }
  })

  it('refuses averages that are not stored, and a batch of unknown rank', () => {
    const build = (stored: boolean, ranked: boolean) => {
      const g = graphBuilder('odd')
      const x = g.input('x', 'float32', [4, 2])
      const [scale, mean] = ['scale', 'mean'].map((name) => g.parameter(name, 'float32', [2], [1, 1]))
      const batch = ranked ? x : g.op('NonStandard', [x])
      const y = g.op('BatchNormalization', [batch, scale, scale, stored ? mean : g.op('Abs', [mean!]), mean])
      g.output('y', y, 'float32', [4, 2])
      return g.build()
    }
    const refused = expect.objectContaining({ code: 'GRADIENT_UNSUPPORTED' })
    expect(() => trainingGraph(build(false, true), settings)).toThrow(refused)
    expect(() => trainingGraph(build(true, false), settings)).toThrow(refused)
  })

  it('leaves out averages that the output does not depend on', () => {
    const g = graphBuilder('two')
    const x = g.input('x', 'float32', [4, 2])
    const parameter = (name: string) => g.parameter(name, 'float32', [2], [1, 1])
    for (const name of ['y', 'z']) {
      const inputs = ['scale', 'shift', 'mean', 'variance'].map((role) => parameter(`${name}.${role}`))
      g.output(name, g.op('BatchNormalization', [x, ...inputs]), 'float32', [4, 2])
    }
    const { parameters } = trainingGraph(g.build(), { ...settings, output: 'z' })
    expect(parameters.map(({ input }) => input)).toEqual(['z.scale', 'z.shift', 'z.mean', 'z.variance'])
  })
})
