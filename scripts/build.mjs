import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { pnpm, root } from './pnpm.mjs'

const stamps = join(root, 'node_modules', '.cache', 'homing')
const skipped = new Set(['node_modules', 'dist', 'test-results', 'playwright-report'])

/** @returns {string[]} every file below `folder` that a build can read */
function filesIn(/** @type {string} */ folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !skipped.has(name) && !name.startsWith('.'))
    .flatMap((item) => (item.isDirectory() ? filesIn(join(folder, item.name)) : [join(folder, item.name)]))
    .sort()
}

function fingerprint(/** @type {string[]} */ folders) {
  const hash = createHash('sha256')
  const files = [join(root, 'pnpm-lock.yaml'), ...folders.flatMap((folder) => filesIn(join(root, folder)))]
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

/**
 * Builds what `filter` selects unless the files it is made from are those of the last build.
 * @param {{ name: string, filter: string, inputs: string[], outputs: string[] }} target
 */
async function build({ name, filter, inputs, outputs }) {
  const stamp = join(stamps, `build-${name}`)
  const made = fingerprint(inputs)
  const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === made
  if (fresh && outputs.every((path) => existsSync(join(root, path)))) return
  console.log(`Building the ${name} …`)
  await pnpm(['-r', '--filter', filter, '--reporter=append-only', 'build'], { quiet: true })
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, made)
}

/** Whether the package in `folder` is built: one that only tests use is not. */
function isBuilt(/** @type {string} */ folder) {
  const file = join(root, folder, 'package.json')
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).scripts?.build !== undefined
}

/** Builds the packages, each after those that it imports. */
export function buildPackages() {
  const folders = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)
  return build({
    name: 'packages',
    filter: './packages/*',
    inputs: ['packages'],
    outputs: folders.filter(isBuilt).map((folder) => `${folder}/dist`),
  })
}

/** Builds the demo page, which bundles the SDK. */
export function buildDemo() {
  return build({ name: 'demo', filter: '@homing/demo', inputs: ['packages', 'demo'], outputs: ['demo/dist'] })
}
