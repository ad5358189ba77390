// `pnpm check`: every check that is not a test. All run, two at a time, even when one fails; each is timed.
// `--after-tests` adds the counts of the test run before it to the closing line.
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

import { buildPackages } from './build.mjs'
import { pnpm, root } from './pnpm.mjs'
import { entry } from './run.mjs'
import { closingLine, closingList, sum } from './test-counts.mjs'

/** Scripts of the root package, longest first, so that they end together. */
const scripts = ['lint', 'typecheck', 'check:packages', 'check:unused', 'check:imports', 'check:size']

/** @returns {Promise<boolean>} whether it passed */
async function passes(/** @type {string} */ name, /** @type {() => Promise<unknown>} */ check) {
  const began = Date.now()
  const took = () => `${((Date.now() - began) / 1000).toFixed(1)} s`
  try {
    await check()
    console.log(`✓ ${name} (${took()})`)
    return true
  } catch (error) {
    console.log(`✗ ${name} (${took()}): ${String(error)}`)
    return false
  }
}

/** What the test run before counted; a run that left no counts failed. */
function testCounts() {
  const file = join(root, 'test-results', 'reports', 'counts.json')
  return existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { passed: 0, failed: 1, skipped: 0, failures: ['the tests left no counts'] }
}

await entry(async () => {
  /** @type {string[]} */
  const failures = []
  const run = async (/** @type {string} */ name, /** @type {() => Promise<unknown>} */ check) => {
    if (!(await passes(name, check))) failures.push(name)
  }
  await run('build', buildPackages)
  const waiting = [...scripts]
  const worker = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      const script = name
      await run(script, () => pnpm(['--silent', 'run', script], { quiet: true }))
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker))
  const failed = failures.length
  const counts = { passed: scripts.length + 1 - failed, failed, skipped: 0, failures }
  const all = process.argv.includes('--after-tests') ? sum([testCounts(), counts]) : counts
  if (all.failed > 0) process.exitCode = 1
  console.log(`\n${closingList(all)}${closingLine(all)}`)
})
