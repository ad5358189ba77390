import type { OutputReading, Tensor, TensorSpec } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { sigmoid, softmax } from './activations.ts'
import { outputReader } from './output-reader.ts'
import type { ClassificationReading, RegressionReading } from './reading.ts'

const labels = ['cat', 'dog', 'owl']
const spec: TensorSpec = { name: 'y', dtype: 'float32', shape: ['n', 3] }
const floats = (...values: number[]): Tensor => ({
  dtype: 'float32',
  shape: [values.length / 3, 3],
  data: Float32Array.from(values),
})

function classify(
  tensor: Tensor,
  more: Partial<Extract<OutputReading, { kind: 'classification' }>> = {},
): readonly ClassificationReading[] {
  const reading: OutputReading = {
    kind: 'classification',
    tensor: 'y',
    activation: 'softmax',
    labels,
    ...more,
  }
  return outputReader(
    reading,
    { ...spec, dtype: tensor.dtype },
    'outputs.0',
  )(tensor) as ClassificationReading[]
}

function regress(
  tensor: Tensor,
  more: Partial<Extract<OutputReading, { kind: 'regression' }>> = {},
): readonly RegressionReading[] {
  const reading: OutputReading = { kind: 'regression', tensor: 'y', ...more }
  return outputReader(
    reading,
    { ...spec, dtype: tensor.dtype, shape: ['n', 1] },
    'outputs.0',
  )(tensor) as RegressionReading[]
}

describe('activations', () => {
  test('softmax sums to 1 and keeps the order, however large the scores', () => {
    const scores = fc.array(fc.double({ min: -1e300, max: 1e300, noNaN: true }), {
      minLength: 1,
      maxLength: 50,
    })
    fc.assert(
      fc.property(scores, (values) => {
        const shares = softmax(Float64Array.from(values))
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
        const best = values.indexOf(Math.max(...values))
        for (const share of shares) expect(share).toBeLessThanOrEqual(shares[best]!)
      }),
    )
  })

  test('softmax of known values, and of infinities', () => {
    expect([...softmax(Float64Array.of(0, Math.log(3)))].map((share) => share.toFixed(6))).toEqual([
      '0.250000',
      '0.750000',
    ])
    expect([...softmax(Float64Array.of(Infinity, 0, Infinity))]).toEqual([0.5, 0, 0.5])
    expect([...softmax(Float64Array.of(-Infinity, -Infinity))]).toEqual([0.5, 0.5])
  })

  test('sigmoid is symmetric and within 0 and 1', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (x) => {
        const [plus, minus] = [sigmoid(Float64Array.of(x))[0]!, sigmoid(Float64Array.of(-x))[0]!]
        expect(plus >= 0 && plus <= 1).toBe(true)
        expect(plus + minus).toBeCloseTo(1, 12)
      }),
    )
  })
})

describe('classification', () => {
  test('label, probability, probabilities and top', () => {
    const [reading] = classify(floats(0, Math.log(6), Math.log(3)), { top: 2 })
    expect(reading).toMatchObject({ kind: 'classification', tensor: 'y', label: 'dog' })
    expect(reading!.probability).toBeCloseTo(0.6, 6)
    expect(reading!.probabilities['cat']).toBeCloseTo(0.1, 6)
    expect(reading!.top.map(({ label }) => label)).toEqual(['dog', 'owl'])
    expect(reading).not.toHaveProperty('labels')
  })

  test('a batch gives one reading each', () => {
    expect(classify(floats(9, 0, 0, 0, 0, 9)).map(({ label }) => label)).toEqual(['cat', 'owl'])
  })

  test('below the threshold there is a probability but no label', () => {
    const [reading] = classify(floats(0.2, 0.3, 0.5), { activation: 'none', threshold: 0.6 })
    expect(reading).not.toHaveProperty('label')
    expect(reading!.probability).toBeCloseTo(0.5, 6)
  })

  test('sigmoid tells every label that applies', () => {
    expect(classify(floats(1, -1, 2), { activation: 'sigmoid' })[0]!.labels).toEqual(['owl', 'cat'])
    expect(classify(floats(1, -1, 2), { activation: 'sigmoid', threshold: 0.8 })[0]!.labels).toEqual(['owl'])
  })

  test('NaN is no label', () => {
    expect(classify(floats(NaN, 0.1, 0.9), { activation: 'none' })[0]).toMatchObject({ label: 'owl' })
    const [none] = classify(floats(NaN, NaN, NaN))
    expect(none).toMatchObject({ top: [] })
    expect(none).not.toHaveProperty('label')
  })

  test('equal scores give the first label; inputs stay as they are', () => {
    const tensor = floats(1, 1, 1)
    expect(classify(tensor)[0]!.label).toBe('cat')
    expect([...tensor.data]).toEqual([1, 1, 1])
  })

  test.each<[string, Tensor]>([
    ['float64', { dtype: 'float64', shape: [1, 3], data: Float64Array.of(0, 5, 1) }],
    ['float16', { dtype: 'float16', shape: [1, 3], data: Uint16Array.of(0x8000, 0x4500, 0x3c00) }],
    ['int64', { dtype: 'int64', shape: [1, 3], data: BigInt64Array.of(0n, 5n, 1n) }],
    ['int8', { dtype: 'int8', shape: [1, 3], data: Int8Array.of(0, 5, 1) }],
  ])('%s scores', (_, tensor) => {
    const expected = classify(floats(0, 5, 1))[0]!.probabilities
    const found = classify(tensor)[0]!.probabilities
    for (const label of labels) expect(found[label]).toBeCloseTo(expected[label]!, 12)
  })

  test('the special values of float16', () => {
    const values = regress({
      dtype: 'float16',
      shape: [4, 1],
      data: Uint16Array.of(0x0001, 0xfc00, 0x7c00, 0x7e00),
    })
    expect(values.map(({ value }) => value)).toEqual([2 ** -24, -Infinity, Infinity, NaN])
  })

  test('a label may be called __proto__', () => {
    const [reading] = classify(floats(1, 0, 0), { labels: ['__proto__', 'b', 'c'], activation: 'none' })
    expect(Object.entries(reading!.probabilities)[0]).toEqual(['__proto__', 1])
  })
})

describe('regression', () => {
  const number = (value: number): Tensor => ({
    dtype: 'float32',
    shape: [1, 1],
    data: Float32Array.of(value),
  })
  const bands = [
    { from: 3, label: 'fair' },
    { from: 6, label: 'good' },
  ]

  test('scale, offset, unit, clamp and band', () => {
    expect(regress(number(2), { scale: 2, offset: 2, unit: 'points', bands })).toEqual([
      { kind: 'regression', tensor: 'y', value: 6, unit: 'points', band: 'good' },
    ])
    expect(regress(number(99), { max: 10 })[0]!.value).toBe(10)
    expect(regress(number(-99), { min: 0 })[0]!.value).toBe(0)
  })

  test('below the first band, and NaN, there is no band', () => {
    expect(regress(number(2.9), { bands })[0]).not.toHaveProperty('band')
    expect(regress(number(NaN), { bands })[0]).not.toHaveProperty('band')
  })
})

describe('what does not fit', () => {
  const classification: OutputReading = { kind: 'classification', tensor: 'y', activation: 'none', labels }
  test.each<[string, OutputReading, TensorSpec]>([
    ['a label listed twice', { ...classification, labels: ['a', 'b', 'a'] }, spec],
    ['more labels than values', classification, { ...spec, shape: ['n', 2] }],
    ['a wide regression', { kind: 'regression', tensor: 'y' }, spec],
    [
      'bands that fall',
      {
        kind: 'regression',
        tensor: 'y',
        bands: [
          { from: 2, label: 'a' },
          { from: 1, label: 'b' },
        ],
      },
      { ...spec, shape: [1] },
    ],
    ['an empty clamp', { kind: 'regression', tensor: 'y', min: 2, max: 1 }, { ...spec, shape: [1] }],
    ['strings', classification, { ...spec, dtype: 'string' }],
  ])('%s', (_, reading, target) => {
    expect(() => outputReader(reading, target, 'outputs.0')).toThrow(
      expect.objectContaining({ code: 'PIPELINE_INVALID' }),
    )
  })

  test('shapes with the right number of values are taken', () => {
    for (const shape of [[3], ['n', 3], ['n', 3, 1, 1], ['n', 'm']]) {
      expect(() => outputReader(classification, { ...spec, shape }, 'outputs.0')).not.toThrow()
    }
  })

  test('an output with a part of a sample', () => {
    expect(() => classify({ dtype: 'float32', shape: [4], data: new Float32Array(4) })).toThrow(
      expect.objectContaining({ code: 'PIPELINE_INVALID' }),
    )
  })
})
