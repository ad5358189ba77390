import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { seededRandom } from '../testing/seeded-random.ts'
import { domainDrift } from './domain-classifier.ts'
import { type Change, driftKind } from './drift-kind.ts'
import { labelShift } from './label-shift.ts'
import { projectionDrift } from './projection-drift.ts'

const failing = (call: () => unknown): unknown => {
  try {
    return call()
  } catch (error) {
    return error
  }
}
const invalid = expect.objectContaining({ code: 'DATA_INVALID' }) as unknown

describe('label shift', () => {
  test('finds the new frequencies of labels that are told as they were', () => {
    const share = fc.double({ min: 0.05, max: 1, noNaN: true })
    fc.assert(
      fc.property(share, share, share, (a, b, c) => {
        const told = [
          [0.8, 0.1, 0.1],
          [0.2, 0.7, 0.1],
          [0.05, 0.15, 0.8],
        ]
        const confusion = told.map((row) => row.map((chance) => chance * 1_000))
        const truth = [a / (a + b + c), b / (a + b + c), c / (a + b + c)]
        const said = [0, 1, 2].map((label) =>
          told.reduce((sum, row, at) => sum + 10_000 * truth[at]! * row[label]!, 0),
        )
        const found = labelShift(confusion, said)!
        for (const label of [0, 1, 2]) {
          expect(found.shares[label]).toBeCloseTo(truth[label]!, 9)
          expect(found.weights[label]).toBeCloseTo(truth[label]! * 3, 9)
        }
      }),
    )
  })

  test('says nothing where labels cannot be told apart', () => {
    expect(
      labelShift(
        [
          [5, 5],
          [5, 5],
        ],
        [3, 7],
      ),
    ).toBeUndefined()
    expect(
      labelShift(
        [
          [5, 5],
          [0, 0],
        ],
        [3, 7],
      ),
    ).toBeUndefined()
  })

  test('refuses sizes that do not fit, and no counts', () => {
    expect(failing(() => labelShift([[1, 2]], [1, 2]))).toEqual(invalid)
    expect(
      failing(() =>
        labelShift(
          [
            [1, 0],
            [0, 1],
          ],
          [0, 0],
        ),
      ),
    ).toEqual(invalid)
  })
})

describe('the domain classifier', () => {
  const rows = (seed: number, count: number, shift: readonly number[]): number[][] => {
    const random = seededRandom(seed)
    return Array.from({ length: count }, () => shift.map((move) => random.normal() + move))
  }

  test('tells shifted rows and names the feature that moved', () => {
    const { auc, p, features } = domainDrift(
      ['a', 'b', 'c'],
      rows(1, 300, [0, 0, 0]),
      rows(2, 300, [0, 1.5, 0]),
    )
    expect(auc).toBeGreaterThan(0.8)
    expect(p).toBeLessThan(1e-6)
    expect(features[0]).toMatchObject({ name: 'b' })
    expect(features[0]!.share).toBeGreaterThan(0.9)
  })

  test('is wrong about rows alike no more often than p says', () => {
    const wrong = Array.from({ length: 200 }, (_, seed) =>
      domainDrift(['a', 'b'], rows(2 * seed, 60, [0, 0]), rows(2 * seed + 1, 60, [0, 0])),
    ).filter(({ p }) => p <= 0.05)
    expect(wrong.length).toBeLessThanOrEqual(20)
  })

  test('survives a feature that never varies, and rows that part perfectly', () => {
    const alike = domainDrift(['a'], [[1], [1], [1], [1]], [[1], [1], [1], [1]])
    expect(alike).toMatchObject({ auc: 0.5, p: 1 })
    expect(domainDrift(['a'], rows(1, 40, [0]), rows(2, 40, [1_000])).auc).toBe(1)
  })

  test.each([
    ['too few rows', [[1]], [[1], [2], [3], [4]]],
    ['NaN', [[NaN], [1], [1], [1]], [[1], [2], [3], [4]]],
    ['a row of another length', [[1, 2], [1], [1], [1]], [[1], [2], [3], [4]]],
  ])('refuses %s', (_, baseline, current) => {
    expect(failing(() => domainDrift(['a'], baseline, current))).toEqual(invalid)
  })
})

describe('projection drift', () => {
  const sketch = (seed: number, count: number, shift: number) => {
    const random = seededRandom(seed)
    const [sums, squares] = [new Array<number>(8).fill(0), new Array<number>(8).fill(0)]
    for (let at = 0; at < count * 8; at++) {
      const value = random.normal() + shift
      sums[at % 8]! += value
      squares[at % 8]! += value * value
    }
    return { count, sums, squares }
  }

  test('sees a moved mean and is quiet otherwise', () => {
    expect(projectionDrift(sketch(1, 500, 0), sketch(2, 500, 0)).p).toBeGreaterThan(0.01)
    const moved = projectionDrift(sketch(1, 500, 0), sketch(2, 500, 0.5))
    expect(moved.p).toBeLessThan(1e-6)
    expect(moved.effect).toBeGreaterThan(0.4)
    expect(projectionDrift(sketch(1, 500, 0), sketch(2, 500, 0.5), 10).p).toBeGreaterThan(moved.p)
  })

  test('refuses other directions', () => {
    expect(failing(() => projectionDrift(sketch(1, 5, 0), { count: 2, sums: [1], squares: [1] }))).toEqual(
      invalid,
    )
  })
})

test.each<[Change, Change, Change, Change, Change, string]>([
  ['unchanged', 'unchanged', 'unchanged', 'unchanged', 'unknown', 'none'],
  ['changed', 'changed', 'unknown', 'unknown', 'unknown', 'covariate'],
  ['changed', 'changed', 'unchanged', 'unchanged', 'unknown', 'covariate'],
  ['changed', 'changed', 'unchanged', 'changed', 'changed', 'covariate'],
  ['changed', 'changed', 'changed', 'changed', 'unknown', 'covariate'],
  ['changed', 'changed', 'unchanged', 'changed', 'unchanged', 'covariate and concept'],
  ['unchanged', 'changed', 'unknown', 'unknown', 'unknown', 'prediction'],
  ['unchanged', 'unchanged', 'changed', 'changed', 'unknown', 'concept'],
  ['unchanged', 'unchanged', 'unknown', 'changed', 'unchanged', 'concept'],
  ['changed', 'changed', 'changed', 'unchanged', 'unknown', 'prior'],
  ['unchanged', 'unchanged', 'changed', 'unknown', 'unknown', 'prior'],
  ['unknown', 'unknown', 'unknown', 'unknown', 'unknown', 'unknown'],
  ['unknown', 'changed', 'unknown', 'unknown', 'unknown', 'unknown'],
  ['unknown', 'unknown', 'unknown', 'changed', 'unknown', 'unknown'],
])(
  'features %s, predictions %s, labels %s, errors %s, expected %s: %s',
  (features, predictions, labels, errors, expectedErrors, kind) => {
    const verdict = driftKind({ features, predictions, labels, errors, expectedErrors })
    expect(verdict.kind).toBe(kind)
    expect(verdict.reading).toMatch(/\.$/)
  },
)
