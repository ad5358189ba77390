import { graphBuilder } from '@homing/onnx'
import type { LossSettings } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { emitterOf, type ShapedValue } from '../emitter.ts'
import { type Numbers, runModel } from '../testing/run-model.ts'
import { lossOf } from './loss-of.ts'

const opset = 17
const shape = [3, 2]

/** The loss, its figures and its gradient of an output and targets. */
async function evaluate(settings: LossSettings, output: Numbers, targets: Numbers) {
  const g = graphBuilder('loss', { opset })
  const input = (name: string, { shape, data }: Numbers): ShapedValue => {
    const dtype = data instanceof Int32Array ? 'int32' : 'float32'
    g.input(name, dtype, shape)
    return { name, dtype, shape }
  }
  const loss = lossOf(settings, opset)
  const [y, t] = [input('output', output), input('targets', targets)]
  expect(loss.targets(y)).toMatchObject({ dtype: t.dtype, shape: t.shape })
  const { metrics, ...written } = loss.write(emitterOf(g), y, t)
  for (const [key, value] of Object.entries({ ...written, ...metrics })) g.output(key, value)
  const [results] = await runModel(g.build(), { output, targets })
  return results!
}

const floats = (data: readonly number[], of = shape): Numbers => ({
  shape: of,
  data: Float32Array.from(data),
})

/** Holds a gradient to central differences of a loss in float64. */
function expectSlope(
  gradient: Float32Array,
  at: readonly number[],
  loss: (x: readonly number[]) => number,
): void {
  const h = 1e-5
  for (const [i, value] of at.entries()) {
    const slope = (loss(at.with(i, value + h)) - loss(at.with(i, value - h))) / (2 * h)
    expect(gradient[i]).toBeCloseTo(slope, 5)
  }
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length

/** The sum of -w t log softmax(x) over rows of three classes. */
function crossEntropy(x: readonly number[], shares: number[][], classWeights: readonly number[]): number {
  return shares.reduce((sum, share, row) => {
    const logits = x.slice(3 * row, 3 * row + 3)
    const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0))
    return share.reduce((sum, part, i) => sum - part * classWeights[i]! * (logits[i]! - total), sum)
  }, 0)
}

/** Each loss per element as its definition states it, in float64, and its slope. */
const definitions: [LossSettings, (x: number, t: number) => number, (x: number, t: number) => number][] = [
  [{ kind: 'mse' }, (x, t) => (x - t) ** 2, (x, t) => 2 * (x - t)],
  [{ kind: 'mae' }, (x, t) => Math.abs(x - t), (x, t) => Math.sign(x - t)],
  [
    { kind: 'huber' },
    (x, t) => (Math.abs(x - t) <= 1 ? (x - t) ** 2 / 2 : Math.abs(x - t) - 0.5),
    (x, t) => Math.min(Math.max(x - t, -1), 1),
  ],
  [
    { kind: 'huber', delta: 2.5 },
    (x, t) => (Math.abs(x - t) <= 2.5 ? (x - t) ** 2 / 2 : 2.5 * (Math.abs(x - t) - 1.25)),
    (x, t) => Math.min(Math.max(x - t, -2.5), 2.5),
  ],
  [
    { kind: 'binary-cross-entropy' },
    (x, t) => -t * Math.log(1 / (1 + Math.exp(-x))) - (1 - t) * Math.log(1 / (1 + Math.exp(x))),
    (x, t) => 1 / (1 + Math.exp(-x)) - t,
  ],
]

describe('losses', () => {
  it.each(definitions)(
    '%j is what it is defined as, and so is its gradient',
    async (settings, value, slope) => {
      const numbers = (min: number, max: number) =>
        fc.array(
          // No differences so small that engines may take them for none.
          fc.integer({ min: 1000 * min, max: 1000 * max }).map((value) => value / 1000),
          { minLength: 6, maxLength: 6 },
        )
      await fc.assert(
        fc.asyncProperty(numbers(-4, 4), numbers(0, 1), async (output, targets) => {
          const { loss, gradient } = await evaluate(settings, floats(output), floats(targets))
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
    const shares = classes.map((own) =>
      [0, 1, 2].map((index) => (index === own ? 1 - labelSmoothing : 0) + labelSmoothing / 3),
    )
    const count = classes.reduce((sum, index) => sum + classWeights[index]!, 0)
    const lossAt = (x: readonly number[]): number => crossEntropy(x, shares, classWeights) / count
    for (const oneHot of [false, true]) {
      const targets: Numbers = oneHot
        ? floats(
            classes.flatMap((own) => [0, 1, 2].map((index) => Number(index === own))),
            [3, 3],
          )
        : { shape: [3], data: Int32Array.from(classes) }
      const settings = { kind: 'softmax-cross-entropy', oneHot, ...options } as const
      const { loss, gradient, accuracy } = await evaluate(settings, floats(logits, [3, 3]), targets)
      expect(loss![0]).toBeCloseTo(lossAt(logits), 5)
      expect(accuracy![0]).toBeCloseTo(2 / 3, 6)
      expectSlope(gradient!, logits, lossAt)
    }
  })

  it('softmax cross-entropy also takes probabilities that are no certainty, and do not add up to 1', async () => {
    const logits = [1, 2, -1, 0.5, -0.3, 0.1]
    const shares = [
      [0.2, 0.5, 0.3],
      [1, 0.5, 1],
    ]
    const lossAt = (x: readonly number[]): number => crossEntropy(x, shares, [1, 1, 1]) / 2
    const settings = { kind: 'softmax-cross-entropy', oneHot: true } as const
    const { loss, gradient } = await evaluate(settings, floats(logits, [2, 3]), floats(shares.flat(), [2, 3]))
    expect(loss![0]).toBeCloseTo(lossAt(logits), 5)
    expectSlope(gradient!, logits, lossAt)
  })

  it('pairwise ranking is what it is defined as, and its gradient its slope', async () => {
    const items = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 8, maxLength: 8 })
    const grades = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 8, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(items, grades, async (scores, relevances) => {
        const x = [...Float32Array.from(scores)]
        const pairs = [0, 1].flatMap((row) =>
          [0, 1, 2, 3].flatMap((i) =>
            [0, 1, 2, 3]
              .map((j): [number, number] => [4 * row + i, 4 * row + j])
              .filter(([i, j]) => relevances[i]! > relevances[j]!),
          ),
        )
        const lossAt = (s: readonly number[]): number =>
          pairs.reduce((sum, [i, j]) => sum + Math.log1p(Math.exp(s[j]! - s[i]!)), 0) /
          Math.max(pairs.length, 1)
        const { loss, gradient, ordered } = await evaluate(
          { kind: 'pairwise-ranking' },
          floats(x, [2, 4]),
          floats(relevances, [2, 4]),
        )
        expect(loss![0]).toBeCloseTo(lossAt(x), 5)
        expectSlope(gradient!, x, lossAt)
        const right = pairs.filter(([i, j]) => x[i]! > x[j]!).length
        expect(ordered![0]).toBeCloseTo(right / Math.max(pairs.length, 1), 5)
      }),
      { numRuns: 15 },
    )
  })

  it.each([
    [{ kind: 'softmax-cross-entropy', classWeights: [1, 2] }, [4, 3], /2 class weights for 3 classes/],
    [{ kind: 'softmax-cross-entropy' }, [4, 3, 2], /takes logits \[batch, classes\]; "y" is \[4, 3, 2\]/],
    [{ kind: 'pairwise-ranking' }, [4], /takes scores \[batch, items\]; "y" is \[4\]/],
  ] as const)('refuses %j of an output of shape %j', (settings, shape, message) => {
    const output = { name: 'y', dtype: 'float32', shape } as const
    expect(() => lossOf(settings as LossSettings, opset).targets(output)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
    )
  })

  it('says how many classes the indices of targets name', () => {
    const output = { name: 'y', dtype: 'float32', shape: [4, 3] } as const
    expect(lossOf({ kind: 'softmax-cross-entropy' }, opset).targets(output)).toEqual({
      dtype: 'int32',
      shape: [4],
      classes: 3,
    })
  })

  it('binary cross-entropy stays finite far out, and counts right answers', async () => {
    const results = await evaluate(
      { kind: 'binary-cross-entropy' },
      floats([200, -200, 200, -200, 3, -3]),
      floats([1, 0, 0, 1, 1, 1]),
    )
    expect(results['loss']![0]).toBeCloseTo((400 + 2 * 0.0485873 + 3) / 6, 3)
    expect(results['accuracy']![0]).toBeCloseTo(3 / 6, 6)
  })
})
