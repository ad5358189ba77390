import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { entry, run } from './run.mjs'

/** Root folder of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const shell = process.platform === 'win32'
/** @type {string[] | undefined} */
let found

/** The pinned pnpm: the one on the path where it has that version, else npm fetches it (corepack is not relied on). */
function pnpmCommand() {
  if (found) return found
  const version = packageManager.split('@')[1]
  const installed = spawnSync('pnpm', ['--version'], { cwd: root, encoding: 'utf8', shell })
  found =
    installed.status === 0 && installed.stdout.trim() === version
      ? ['pnpm']
      : ['npx', '--yes', packageManager]
  return found
}

/**
 * Runs pnpm at the version that `package.json` pins, whether or not one is installed.
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function pnpm(args, options) {
  const [command = '', ...first] = pnpmCommand()
  return run(command, [...first, ...args], { cwd: root, ...options })
}

/** Installs exactly what the lock file names. Quick when nothing changed. */
export async function install() {
  console.log('Installing packages …')
  await pnpm(['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'], { quiet: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await entry(async () => {
    await pnpm(process.argv.slice(2), { cwd: process.cwd() })
  })
}
