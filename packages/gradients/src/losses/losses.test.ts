import { graphBuilder } from '@homing/onnx'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { emitterOf, type ShapedValue } from '../emitter.ts'
import { type Numbers, runModel } from '../testing/run-model.ts'
import { type LossName, lossOf, type LossSettings } from './loss-of.ts'

const shape = [3, 2]

/** The loss, its figures and its gradient of an output and targets of this shape. */
async function evaluate(settings: LossName | LossSettings, output: number[], targets: number[]) {
  const g = graphBuilder('loss')
  const input = (name: string): ShapedValue => {
    g.input(name, 'float32', shape)
    return { name, dtype: 'float32', shape }
  }
  const { loss, metrics, gradient } = lossOf(settings).write(emitterOf(g), input('output'), input('targets'))
  for (const [key, value] of Object.entries({ loss, gradient, ...metrics })) g.output(key, value)
  const numbers = (data: number[]): Numbers => ({ shape, data: Float32Array.from(data) })
  const [results] = await runModel(g.build(), { output: numbers(output), targets: numbers(targets) })
  return results!
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length

/** Each loss per element as its definition states it, in float64, and its slope. */
const definitions: [
  LossName | LossSettings,
  (x: number, t: number) => number,
  (x: number, t: number) => number,
][] = [
  ['mse', (x, t) => (x - t) ** 2, (x, t) => 2 * (x - t)],
  ['mae', (x, t) => Math.abs(x - t), (x, t) => Math.sign(x - t)],
  [
    'huber',
    (x, t) => (Math.abs(x - t) <= 1 ? (x - t) ** 2 / 2 : Math.abs(x - t) - 0.5),
    (x, t) => Math.min(Math.max(x - t, -1), 1),
  ],
  [
    { kind: 'huber', delta: 2.5 },
    (x, t) => (Math.abs(x - t) <= 2.5 ? (x - t) ** 2 / 2 : 2.5 * (Math.abs(x - t) - 1.25)),
    (x, t) => Math.min(Math.max(x - t, -2.5), 2.5),
  ],
  [
    'binary-cross-entropy',
    (x, t) => -t * Math.log(1 / (1 + Math.exp(-x))) - (1 - t) * Math.log(1 / (1 + Math.exp(x))),
    (x, t) => 1 / (1 + Math.exp(-x)) - t,
  ],
]

describe('losses', () => {
  it.each(definitions)(
    '%j is what it is defined as, and so is its gradient',
    async (settings, value, slope) => {
      const numbers = (min: number, max: number) =>
        fc.array(fc.double({ min, max, noNaN: true }), { minLength: 6, maxLength: 6 })
      await fc.assert(
        fc.asyncProperty(numbers(-4, 4), numbers(0, 1), async (output, targets) => {
          const { loss, gradient } = await evaluate(settings, output, targets)
          const [x, t] = [Float32Array.from(output), Float32Array.from(targets)]
          expect(loss![0]).toBeCloseTo(mean(Array.from(x, (value_, i) => value(value_, t[i]!))), 5)
          gradient!.forEach((found, i) => expect(found).toBeCloseTo(slope(x[i]!, t[i]!) / x.length, 5))
        }),
        { numRuns: 15 },
      )
    },
  )

  it.each([
    {},
    { labelSmoothing: 0.2 },
    { classWeights: [1, 3, 0.5] },
    { labelSmoothing: 0.2, classWeights: [1, 3, 0.5] },
  ])('softmax cross-entropy is what it is defined as, and its gradient its slope: %j', async (options) => {
    const { labelSmoothing = 0, classWeights = [1, 1, 1] } = options
    const logits = [1, 2, -1, 0.5, -0.3, 0.1, 3, 0, 1]
    const classes = [1, 2, 0]
    const rows = (values: ArrayLike<number>) =>
      classes.map((_, row) => [0, 1, 2].map((column) => values[3 * row + column]!))
    const lossAt = (values: ArrayLike<number>): number => {
      const each = rows(values).map((row, example) => {
        const total = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0))
        return row.reduce((sum, value, index) => {
          const share = (index === classes[example] ? 1 - labelSmoothing : 0) + labelSmoothing / 3
          return sum - share * classWeights[index]! * (value - total)
        }, 0)
      })
      const count = classes.reduce((sum, index) => sum + classWeights[index]!, 0)
      return each.reduce((a, b) => a + b) / count
    }
    const g = graphBuilder('loss')
    g.input('logits', 'float32', [3, 3])
    g.input('targets', 'int32', [3])
    const { loss, gradient } = lossOf({ kind: 'softmax-cross-entropy', ...options }).write(
      emitterOf(g),
      { name: 'logits', dtype: 'float32', shape: [3, 3] },
      { name: 'targets', dtype: 'int32', shape: [3] },
    )
    g.output('loss', loss)
    g.output('gradient', gradient)
    const [results] = await runModel(g.build(), {
      logits: { shape: [3, 3], data: Float32Array.from(logits) },
      targets: { shape: [3], data: Int32Array.from(classes) },
    })
    expect(results!['loss']![0]).toBeCloseTo(lossAt(logits), 5)
    const h = 1e-5
    logits.forEach((value, i) => {
      const slope = (lossAt(logits.with(i, value + h)) - lossAt(logits.with(i, value - h))) / (2 * h)
      expect(results!['gradient']![i]).toBeCloseTo(slope, 5)
    })
  })

  it.each([
    { kind: 'softmax-cross-entropy', labelSmoothing: 1 },
    { kind: 'softmax-cross-entropy', labelSmoothing: NaN },
    { kind: 'softmax-cross-entropy', classWeights: [1, -1] },
    { kind: 'softmax-cross-entropy', classWeights: [1, 2] },
    { kind: 'huber', delta: 0 },
  ] as const)('refuses %j', (settings) => {
    const output = { name: 'y', dtype: 'float32', shape: [4, 3] } as const
    expect(() => lossOf(settings).targets(output)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })

  it('binary cross-entropy stays finite far out, and counts right answers', async () => {
    const results = await evaluate('binary-cross-entropy', [200, -200, 200, -200, 3, -3], [1, 0, 0, 1, 1, 1])
    expect(results['loss']![0]).toBeCloseTo((400 + 2 * 0.0485873 + 3) / 6, 3)
    expect(results['accuracy']![0]).toBeCloseTo(3 / 6, 6)
  })
})
