import { existsSync, readFileSync } from 'node:fs'

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number,
 *   testResults: { status: string, assertionResults: unknown[] }[] }} VitestReport
 * @typedef {{ stats: { expected: number, flaky: number, unexpected: number, skipped: number },
 *   errors: unknown[] }} PlaywrightReport
 */

/** @returns {Counts} the sum of several runs */
export function sum(/** @type {Counts[]} */ all) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const counts of all) {
    total.passed += counts.passed
    total.failed += counts.failed
    total.skipped += counts.skipped
  }
  return total
}

/** @returns {Counts} what Vitest's JSON report counts; a file that could not be loaded is one failure */
export function fromVitest(/** @type {VitestReport} */ report) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests,
  }
}

/** @returns {Counts} what Playwright's JSON report counts; errors outside of tests are failures */
export function fromPlaywright(/** @type {PlaywrightReport} */ report) {
  const { expected, flaky, unexpected, skipped } = report.stats
  return { passed: expected + flaky, failed: unexpected + report.errors.length, skipped }
}

/**
 * Counts of a runner that ended, with or without a report. A runner that failed failed at least once.
 * @param {string} file its JSON report
 * @param {(report: any) => Counts} read
 * @param {boolean} succeeded
 * @returns {Counts}
 */
export function countsOf(file, read, succeeded) {
  const counts = existsSync(file)
    ? read(JSON.parse(readFileSync(file, 'utf8')))
    : { passed: 0, failed: 0, skipped: 0 }
  return { ...counts, failed: succeeded ? counts.failed : Math.max(counts.failed, 1) }
}

/** The closing line, which CI reads. */
export function closingLine(/** @type {Counts} */ { passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
