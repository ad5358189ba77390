import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { closingLine, closingList, countsOf, fromPlaywright, fromVitest, sum } from './test-counts.mjs'

describe('test counts', () => {
  it('count a test file that could not be loaded as a failure, and say why each failed', () => {
    const report = {
      numPassedTests: 3,
      numFailedTests: 1,
      numPendingTests: 2,
      testResults: [
        { name: 'a.test.ts', status: 'passed', assertionResults: [{ status: 'passed', fullName: 'a' }] },
        {
          name: join(process.cwd(), 'b.test.ts'),
          status: 'failed',
          assertionResults: [
            {
              status: 'failed',
              fullName: 'b is right',
              failureMessages: ['\u001b[31mExpected 1\u001b[39m\n  at b'],
            },
          ],
        },
        { name: 'c.test.ts', status: 'failed', message: 'No such module', assertionResults: [] },
      ],
    }
    expect(fromVitest(report)).toEqual({
      passed: 3,
      failed: 2,
      skipped: 2,
      failures: ['b.test.ts › b is right › Expected 1', 'c.test.ts › could not be loaded › No such module'],
    })
  })

  it('count errors outside of Playwright tests as failures, and name what passed only when repeated', () => {
    const spec = (
      /** @type {string} */ title,
      /** @type {string} */ status,
      /** @type {string[]} */ errors,
    ) => ({
      title,
      file: 'a.spec.ts',
      ok: status !== 'unexpected',
      tests: [{ status, results: errors.map((message) => ({ error: { message } })) }],
    })
    const report = {
      stats: { expected: 4, flaky: 1, unexpected: 1, skipped: 1 },
      errors: [{ message: 'no browser' }],
      suites: [
        {
          specs: [spec('is well', 'expected', [])],
          suites: [{ specs: [spec('is lost', 'unexpected', ['lost']), spec('is slow', 'flaky', ['late'])] }],
        },
      ],
    }
    expect(fromPlaywright(report)).toEqual({
      passed: 5,
      failed: 2,
      skipped: 1,
      failures: [
        'e2e › outside of tests › no browser',
        'a.spec.ts › is lost › lost',
        'a.spec.ts › is slow (passed when repeated) › late',
      ],
    })
  })

  it('count a runner that failed without a report as a failure', () => {
    expect(countsOf('no such file', fromVitest, false)).toMatchObject({ passed: 0, failed: 1, skipped: 0 })
  })

  it('close with a list of what failed, and the line that CI reads', () => {
    const all = sum([
      { passed: 3, failed: 0, skipped: 0, failures: [] },
      { passed: 2, failed: 1, skipped: 0, failures: ['a.test.ts › a'] },
    ])
    expect(closingList(all)).toBe('✗ a.test.ts › a\n')
    expect(closingLine(all)).toBe('5 passed, 1 failed')
    expect(closingLine({ passed: 1, failed: 0, skipped: 2, failures: [] })).toBe(
      '1 passed, 0 failed, 2 skipped',
    )
  })
})
