import { expect, test } from 'vitest'

import report from '../../test/scipy-cases.json' with { type: 'json' }
import { jensenShannon } from '../drift/jensen-shannon.ts'
import { contingencyTest } from './chi-squared.ts'
import { ksTest } from './kolmogorov-smirnov.ts'
import { benjaminiHochberg } from './several-tests.ts'
import { type Sums, welchTest } from './welch.ts'

const sumsOf = (values: readonly number[]): Sums => ({
  n: values.length,
  sum: values.reduce((sum, value) => sum + value, 0),
  squares: values.reduce((sum, value) => sum + value * value, 0),
})

// 40 random cases that test/scipy-cases.py drew and answered with SciPy.
test.each(report.cases.map((random, index) => ({ index, ...random })))(
  'SciPy agrees on case $index',
  (random) => {
    const { a, b, ks, table, contingency, welch, ps } = random
    expect(ksTest(a, b, 'exact').distance).toBeCloseTo(ks.distance, 12)
    expect(ksTest(a, b, 'exact').p).toBeCloseTo(ks.exact, 10)
    expect(ksTest(a, b, 'asymptotic').p).toBeCloseTo(ks.asymptotic, 5)

    const answered = welchTest(sumsOf(a), sumsOf(b))
    for (const figure of ['t', 'df', 'p'] as const) expect(answered[figure]).toBeCloseTo(welch[figure], 8)
    expect(answered.interval[0]).toBeCloseTo(welch.interval[0]!, 8)
    expect(answered.interval[1]).toBeCloseTo(welch.interval[1]!, 8)

    const tested = contingencyTest(table)
    for (const figure of ['statistic', 'df', 'p', 'v'] as const)
      expect(tested[figure]).toBeCloseTo(contingency[figure], 9)
    expect(jensenShannon(table[0]!, table[1]!)).toBeCloseTo(random.jensenShannon, 12)
    for (const [index, p] of benjaminiHochberg(ps).entries())
      expect(p).toBeCloseTo(random.benjaminiHochberg[index]!, 12)
  },
)
