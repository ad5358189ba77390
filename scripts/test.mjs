// `npm test [-- filter …]`: installs what is missing, a browser included, and runs every test. Filters are parts of
// file names and go to both runners.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { buildPackages } from './build.mjs'
import { ensureBrowsers } from './install-browser.mjs'
import { requireNode } from './node-version.mjs'
import { install, pnpm, root } from './pnpm.mjs'
import { entry } from './run.mjs'
import { closingLine, closingList, countsOf, fromPlaywright, fromVitest, sum } from './test-counts.mjs'

const filters = process.argv.slice(2)
const results = join(root, 'test-results', 'reports')

/** @returns {Promise<boolean>} whether the runner ended well */
async function ranWell(/** @type {string[]} */ args, /** @type {NodeJS.ProcessEnv} */ env) {
  try {
    await pnpm(args, { env })
    return true
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return false
  }
}

async function unitTests(/** @type {NodeJS.ProcessEnv} */ env) {
  const report = join(results, 'vitest.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const well = await ranWell(['exec', 'vitest', 'run', '--passWithNoTests', ...reporters, ...filters], env)
  return countsOf(report, fromVitest, well)
}

async function endToEndTests(/** @type {NodeJS.ProcessEnv} */ env) {
  if (!existsSync(join(root, 'e2e', 'playwright.config.ts'))) {
    return { passed: 0, failed: 1, skipped: 0, failures: ['e2e/playwright.config.ts is missing'] }
  }
  const report = join(results, 'playwright.json')
  const args = [
    '--filter',
    '@homing/e2e',
    'exec',
    'playwright',
    'test',
    '--reporter=list,json',
    '--pass-with-no-tests',
  ]
  const well = await ranWell([...args, ...filters], { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report })
  return countsOf(report, fromPlaywright, well)
}

await entry(async () => {
  requireNode()
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results, { recursive: true })
  await install()
  const [{ browser, firefox, webKit }] = await Promise.all([ensureBrowsers(), buildPackages()])
  console.log(`Testing in ${[browser, firefox ?? 'no Firefox', webKit ?? 'no WebKitGTK'].join(', ')}`)
  const browsers = { HOMING_BROWSER: browser, ...(firefox && { HOMING_FIREFOX: firefox }) }
  const env = { ...process.env, ...browsers, CI: process.env.CI ?? 'true' }
  const counts = sum([await unitTests(env), await endToEndTests(env)])
  writeFileSync(join(results, 'counts.json'), JSON.stringify(counts))
  if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1
  console.log(`\n${closingList(counts)}${closingLine(counts)}`)
})
