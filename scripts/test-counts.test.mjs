import { describe, expect, it } from 'vitest'

import { closingLine, countsOf, fromPlaywright, fromVitest, sum } from './test-counts.mjs'

describe('test counts', () => {
  it('count a test file that could not be loaded as a failure', () => {
    const report = {
      numPassedTests: 3,
      numFailedTests: 1,
      numPendingTests: 2,
      testResults: [
        { status: 'passed', assertionResults: [{}, {}, {}] },
        { status: 'failed', assertionResults: [{}] },
        { status: 'failed', assertionResults: [] },
      ],
    }
    expect(fromVitest(report)).toEqual({ passed: 3, failed: 2, skipped: 2 })
  })

  it('count errors outside of Playwright tests as failures', () => {
    const report = { stats: { expected: 4, flaky: 1, unexpected: 2, skipped: 1 }, errors: [{}] }
    expect(fromPlaywright(report)).toEqual({ passed: 5, failed: 3, skipped: 1 })
  })

  it('count a runner that failed without a report as a failure', () => {
    expect(countsOf('no such file', fromVitest, false)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  it('close with the line that CI reads', () => {
    expect(
      closingLine(
        sum([
          { passed: 3, failed: 0, skipped: 0 },
          { passed: 2, failed: 1, skipped: 0 },
        ]),
      ),
    ).toBe('5 passed, 1 failed')
    expect(closingLine({ passed: 1, failed: 0, skipped: 2 })).toBe('1 passed, 0 failed, 2 skipped')
  })
})
