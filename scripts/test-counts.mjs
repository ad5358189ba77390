import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

/**
 * @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Counts
 *   `failures` are lines for the closing list: what failed, and the first line of why
 * @typedef {{ status: string, fullName?: string, failureMessages?: string[] }} VitestAssertion
 * @typedef {{ name: string, status: string, message?: string, assertionResults: VitestAssertion[] }} VitestFile
 * @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number,
 *   testResults: VitestFile[] }} VitestReport
 * @typedef {{ message?: string }} PlaywrightError
 * @typedef {{ title: string, file: string, ok: boolean,
 *   tests: { status: string, results: { error?: PlaywrightError }[] }[] }} PlaywrightSpec
 * @typedef {{ specs?: PlaywrightSpec[], suites?: PlaywrightSuite[] }} PlaywrightSuite
 * @typedef {PlaywrightSuite & { errors: PlaywrightError[],
 *   stats: { expected: number, flaky: number, unexpected: number, skipped: number } }} PlaywrightReport
 */

/** Counts of nothing. */
const none = { passed: 0, failed: 0, skipped: 0, failures: /** @type {string[]} */ ([]) }

// eslint-disable-next-line no-control-regex -- the colours of a terminal begin with a control character
const colours = /\u001b\[[0-9;]*m/g

/** One line: where, what, and the first line of why. */
function failureLine(
  /** @type {string} */ file,
  /** @type {string} */ name,
  /** @type {string | undefined} */ why,
) {
  const reason = (why ?? '').replace(colours, '').trim().split('\n')[0]
  return [relative(process.cwd(), file) || file, name, reason].filter(Boolean).join(' › ')
}

/** @returns {PlaywrightSpec[]} the specs of a suite and of those in it */
function specsOf(/** @type {PlaywrightSuite} */ suite) {
  return [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)]
}

/** @returns {string | undefined} why a spec failed, the first time it did */
function reasonOf(/** @type {PlaywrightSpec} */ spec) {
  return spec.tests.flatMap((test) => test.results).find((result) => result.error)?.error?.message
}

/** @returns {Counts} the sum of several runs */
export function sum(/** @type {Counts[]} */ all) {
  const total = { ...none, failures: all.flatMap((counts) => counts.failures) }
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
    failures: report.testResults.flatMap((file) => [
      ...(broken.includes(file) ? [failureLine(file.name, 'could not be loaded', file.message)] : []),
      ...file.assertionResults
        .filter((test) => test.status === 'failed')
        .map((test) => failureLine(file.name, test.fullName ?? '', test.failureMessages?.[0])),
    ]),
  }
}

/** @returns {Counts} what Playwright's JSON report counts; errors outside of tests are failures */
export function fromPlaywright(/** @type {PlaywrightReport} */ report) {
  const { expected, flaky, unexpected, skipped } = report.stats
  const specs = specsOf(report)
  const isFlaky = (/** @type {PlaywrightSpec} */ spec) => spec.tests.some((test) => test.status === 'flaky')
  return {
    passed: expected + flaky,
    failed: unexpected + report.errors.length,
    skipped,
    failures: [
      ...report.errors.map((error) => failureLine('e2e', 'outside of tests', error.message)),
      ...specs.filter((spec) => !spec.ok).map((spec) => failureLine(spec.file, spec.title, reasonOf(spec))),
      ...specs
        .filter(isFlaky)
        .map((spec) => failureLine(spec.file, `${spec.title} (passed when repeated)`, reasonOf(spec))),
    ],
  }
}

/**
 * Counts of a runner that ended, with or without a report. A runner that failed failed at least once.
 * @param {string} file its JSON report
 * @param {(report: any) => Counts} read
 * @param {boolean} succeeded
 * @returns {Counts}
 */
export function countsOf(file, read, succeeded) {
  const counts = existsSync(file) ? read(JSON.parse(readFileSync(file, 'utf8'))) : none
  if (succeeded || counts.failed > 0) return counts
  return {
    ...counts,
    failed: 1,
    failures: [...counts.failures, `a runner failed, and ${file} does not say why`],
  }
}

/** The closing list: what failed, so that a log whose middle is lost still tells. Empty where nothing did. */
export function closingList(/** @type {Counts} */ { failures }) {
  return failures.map((failure) => `✗ ${failure}\n`).join('')
}

/** The closing line, which CI reads. */
export function closingLine(/** @type {Counts} */ { passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
