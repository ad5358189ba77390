import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { pnpm, root } from './pnpm.mjs'

const stamps = join(root, 'node_modules', '.cache', 'homing')
const skipped = new Set(['node_modules', 'dist', 'test-results', 'playwright-report'])

/** @returns {string[]} every file below `folder`, if it is one, that a build can read; else the file itself */
function filesIn(/** @type {string} */ folder) {
  if (!statSync(folder).isDirectory()) return [folder]
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !skipped.has(name) && !name.startsWith('.'))
    .flatMap((item) => (item.isDirectory() ? filesIn(join(folder, item.name)) : [join(folder, item.name)]))
    .sort()
}

function fingerprint(/** @type {string[]} */ inputs) {
  const hash = createHash('sha256')
  const files = ['pnpm-lock.yaml', ...inputs].map((path) => join(root, path)).flatMap(filesIn)
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

/**
 * Builds what `filter` selects unless the files it is made from are those of the last build.
 * @param {{ name: string, filter: string, inputs: string[], outputs: string[], env?: NodeJS.ProcessEnv }} target
 */
async function build({ name, filter, inputs, outputs, env }) {
  const stamp = join(stamps, `build-${name}`)
  const made = fingerprint(inputs)
  const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === made
  if (fresh && outputs.every((path) => existsSync(join(root, path)))) return
  console.log(`Building the ${name} …`)
  await pnpm(['-r', '--filter', filter, '--reporter=append-only', 'build'], {
    quiet: true,
    ...(env && { env }),
  })
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

/**
 * Builds the demo page, which bundles the SDK, the root that it trusts and the key with which it sends telemetry.
 * @param {string} trustedRoot file, below the repository's folder
 * @param {string} appKeyFile the same
 */
export function buildDemo(trustedRoot, appKeyFile) {
  return build({
    name: 'demo',
    filter: '@homing/demo',
    inputs: ['packages', 'demo', trustedRoot, appKeyFile],
    outputs: ['demo/dist/assets'],
    env: {
      ...process.env,
      HOMING_ROOT: join(root, trustedRoot),
      VITE_HOMING_APP_KEY: readFileSync(join(root, appKeyFile), 'utf8'), // the page reads it of `import.meta.env`
    },
  })
}
