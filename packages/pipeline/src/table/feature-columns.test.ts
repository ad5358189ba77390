import type { TableInput, TensorSpec } from '@homing/protocol'
import { expect, it } from 'vitest'

import { featureColumns } from './feature-columns.ts'
import { tableEncoder } from './table-encoder.ts'

const word = { kind: 'category' as const, categories: ['a', 'b', 'c'] }
const input: TableInput = {
  kind: 'table',
  name: 'row',
  tensor: 'x',
  features: [
    { kind: 'number', name: 'first' },
    { ...word, name: 'one-hot', encode: 'one-hot', unseen: 'zeros' },
    { ...word, name: 'with other', encode: 'one-hot', unseen: 'other' },
    { ...word, name: 'index', encode: 'index', unseen: 'refuse' },
    { kind: 'window', name: 'visits', event: 'visit', aggregate: 'count', seconds: 60 },
  ],
}

it('names the columns that each feature fills', () => {
  expect(featureColumns(input).map(({ feature, first, width }) => [feature.name, first, width])).toEqual([
    ['first', 0, 1],
    ['one-hot', 1, 3],
    ['with other', 4, 4],
    ['index', 8, 1],
    ['visits', 9, 1],
  ])
})

it('is what the encoder fills: a change of a feature changes its columns alone', () => {
  const spec: TensorSpec = { name: 'x', dtype: 'float32', shape: ['n', 10] }
  const encode = tableEncoder(input, spec, 'inputs.0')
  const row = { first: 1, 'one-hot': 'a', 'with other': 'b', index: 'c', visits: 4 }
  const changed = { first: 2, 'one-hot': 'c', 'with other': 'z', index: 'a', visits: 5 }
  const before = encode(row).data
  for (const { feature, first, width } of featureColumns(input)) {
    const after = encode({ ...row, [feature.name]: changed[feature.name as keyof typeof changed] }).data
    const columns = [...before.keys()].filter((column) => before[column] !== after[column])
    expect(columns.length).toBeGreaterThan(0)
    expect(columns.every((column) => column >= first && column < first + width)).toBe(true)
  }
})
