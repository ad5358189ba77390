import { graphBuilder } from '@homing/onnx'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { emitterOf, type ShapedValue } from '../emitter.ts'
import { type Numbers, runModel } from '../testing/run-model.ts'
import { type LossName, lossOf } from './loss-of.ts'

const shape = [3, 2]

/** The loss, its figures and its gradient of an output and targets of this shape. */
async function evaluate(name: LossName, output: number[], targets: number[]) {
  const g = graphBuilder('loss')
  const input = (name: string): ShapedValue => {
    g.input(name, 'float32', shape)
    return { name, dtype: 'float32', shape }
  }
  const { loss, metrics, gradient } = lossOf(name).write(emitterOf(g), input('output'), input('targets'))
  for (const [key, value] of Object.entries({ loss, gradient, ...metrics })) g.output(key, value)
  const numbers = (data: number[]): Numbers => ({ shape, data: Float32Array.from(data) })
  const [results] = await runModel(g.build(), { output: numbers(output), targets: numbers(targets) })
  return results!
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length

/** Each loss per element as its definition states it, in float64, and its slope. */
const definitions: [LossName, (x: number, t: number) => number, (x: number, t: number) => number][] = [
  ['mse', (x, t) => (x - t) ** 2, (x, t) => 2 * (x - t)],
  ['mae', (x, t) => Math.abs(x - t), (x, t) => Math.sign(x - t)],
  [
    'huber',
    (x, t) => (Math.abs(x - t) <= 1 ? (x - t) ** 2 / 2 : Math.abs(x - t) - 0.5),
    (x, t) => Math.min(Math.max(x - t, -1), 1),
  ],
  [
    'binary-cross-entropy',
    (x, t) => -t * Math.log(1 / (1 + Math.exp(-x))) - (1 - t) * Math.log(1 / (1 + Math.exp(x))),
    (x, t) => 1 / (1 + Math.exp(-x)) - t,
  ],
]

describe('losses', () => {
  it.each(definitions)('%s is what it is defined as, and so is its gradient', async (name, value, slope) => {
    const numbers = (min: number, max: number) =>
      fc.array(fc.double({ min, max, noNaN: true }), { minLength: 6, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(numbers(-4, 4), numbers(0, 1), async (output, targets) => {
        const { loss, gradient } = await evaluate(name, output, targets)
        const [x, t] = [Float32Array.from(output), Float32Array.from(targets)]
        expect(loss![0]).toBeCloseTo(mean(Array.from(x, (value_, i) => value(value_, t[i]!))), 5)
        gradient!.forEach((found, i) => expect(found).toBeCloseTo(slope(x[i]!, t[i]!) / x.length, 5))
      }),
      { numRuns: 15 },
    )
  })

  it('binary cross-entropy stays finite far out, and counts right answers', async () => {
    const results = await evaluate('binary-cross-entropy', [200, -200, 200, -200, 3, -3], [1, 0, 0, 1, 1, 1])
    expect(results['loss']![0]).toBeCloseTo((400 + 2 * 0.0485873 + 3) / 6, 3)
    expect(results['accuracy']![0]).toBeCloseTo(3 / 6, 6)
  })
})
