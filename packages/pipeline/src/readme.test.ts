import { expect, test } from 'vitest'

import readme from '../README.md?raw'
import { compilePipeline } from './index.ts'
import source from './readme.test.ts?raw'

test('the example of the README runs', () => {
  // example
  const signature = {
    inputs: [{ name: 'x', dtype: 'float32' as const, shape: ['n', 2] }],
    outputs: [{ name: 'y', dtype: 'float32' as const, shape: ['n', 3] }],
  }
  const pipeline = compilePipeline(
    {
      inputs: [
        {
          kind: 'table',
          name: 'wine',
          tensor: 'x',
          features: [
            {
              kind: 'number',
              name: 'pH',
              standardise: { mean: 3, std: 0.5 },
              checks: [{ kind: 'range', min: 0, max: 14 }],
            },
            { kind: 'number', name: 'alcohol', impute: 10 },
          ],
        },
      ],
      outputs: [
        { kind: 'classification', tensor: 'y', activation: 'softmax', labels: ['poor', 'fair', 'good'] },
      ],
    },
    signature,
  )

  const { x } = pipeline.encode({ wine: { pH: 3.5, alcohol: null } })
  // x is { dtype: 'float32', shape: [1, 2], data: Float32Array [1, 10] }
  const [reading] = pipeline.decode({
    y: { dtype: 'float32', shape: [1, 3], data: Float32Array.of(0, 1, 4) },
  })
  // reading.label is 'good', reading.probabilities is { poor: 0.017…, fair: 0.047…, good: 0.936… }
  // end
  expect(x).toEqual({ dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 10) })
  expect(reading!.label).toBe('good')
  expect(Object.values(reading!.probabilities!).map((share) => share.toFixed(3))).toEqual([
    '0.017',
    '0.047',
    '0.936',
  ])

  const example = /\/\/ example\n(.*?) {2}\/\/ end/s.exec(source)![1]!.replace(/^ {2}/gm, '')
  expect(readme).toContain(example.trim())
})
