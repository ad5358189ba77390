import { expect, it } from 'vitest'

import { formatBytes, formatMilliseconds, formatPercent, formatSigned } from './format.ts'

it('writes bytes', () => {
  expect([0, 999, 1_000, 84_213, 14_200_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '84.2 kB',
    '14.2 MB',
  ])
})

it('writes milliseconds with the digits that matter', () => {
  expect([0.123, 8.46, 140.4, 2_100].map(formatMilliseconds)).toEqual([
    '0.12 ms',
    '8.5 ms',
    '140 ms',
    '2.1 s',
  ])
})

it('writes shares, and calls nothing certain that is not', () => {
  expect([0, 0.0123, 0.973, 0.9996, 1].map(formatPercent)).toEqual([
    '0.0%',
    '1.2%',
    '97.3%',
    '>99.9%',
    '100%',
  ])
})

it('writes signed numbers with a true minus, and nothing without a sign', () => {
  const values = [0.336, -0.25, -0.001, 0, 12].map((value) => formatSigned(value, 2))
  expect(values).toEqual(['+0.34', '\u22120.25', '0.00', '0.00', '+12.00'])
})
