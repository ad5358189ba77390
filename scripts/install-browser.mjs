import { existsSync } from 'node:fs'

import { findBrowser, findFirefox, findWebKit } from './browser.mjs'
import { pnpm } from './pnpm.mjs'
import { CommandFailed, run } from './run.mjs'

const aptTimeout = 10 * 60_000
const playwrightTimeout = 5 * 60_000

const debianAsRoot = () => existsSync('/etc/debian_version') && process.getuid?.() === 0

/**
 * What is tested in besides a Chromium, and the packages that bring it. Both come from Debian alone.
 * @type {readonly { name: string, find: () => string | undefined, packages: readonly string[] }[]}
 */
const others = [
  // With a Vulkan driver that computes on the CPU, Firefox has WebGPU.
  {
    name: 'Firefox',
    find: findFirefox,
    packages: ['firefox-esr', 'libvulkan1', 'mesa-vulkan-drivers'],
  },
  // The driver brings the engine; an app with a webview is a few lines of Python; neither runs without a display and a bus.
  {
    name: 'WebKitGTK',
    find: findWebKit,
    packages: ['webkit2gtk-driver', 'gir1.2-webkit2-4.1', 'python3-gi', 'xvfb', 'xauth', 'dbus-daemon'],
  },
]

async function installFromDebian(/** @type {readonly string[]} */ packages = ['chromium']) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = { env, timeout: aptTimeout, quiet: true }
  await run('apt-get', ['update', '-q'], options)
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], options)
}

async function installFromPlaywright() {
  const withLibraries = process.getuid?.() === 0 ? ['--with-deps'] : []
  await pnpm(['exec', 'playwright', 'install', ...withLibraries, 'chromium'], {
    timeout: playwrightTimeout,
    quiet: true,
  })
}

/** Playwright's own Chromium, where its installer has put one. */
async function playwrightBrowser() {
  const { chromium } = await import('playwright')
  const path = chromium.executablePath()
  return existsSync(path) ? path : undefined
}

/**
 * Path of a Chromium to test with: `HOMING_BROWSER`, an installed one, Debian's package, or Playwright's.
 * Packages must be installed before.
 * @throws {CommandFailed} where none can be had
 */
export async function ensureBrowser() {
  const asked = process.env.HOMING_BROWSER
  if (asked && !existsSync(asked))
    throw new CommandFailed(`HOMING_BROWSER names ${asked}, which does not exist.`)
  const present = findBrowser() ?? (await playwrightBrowser())
  if (present) return present
  const problems = []
  const ways = debianAsRoot() ? [installFromDebian, installFromPlaywright] : [installFromPlaywright]
  for (const install of ways) {
    console.log(
      `No Chrome or Chromium found: installing one (${install === installFromDebian ? 'Debian' : 'Playwright'}) …`,
    )
    try {
      await install()
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error))
    }
    const installed = findBrowser() ?? (await playwrightBrowser())
    if (installed) return installed
  }
  throw new CommandFailed(
    [
      'No browser to test with.',
      ...problems,
      'Install Chrome or Chromium, or set HOMING_BROWSER to its path.',
    ].join('\n'),
  )
}

/** Installs Debian's packages of everything that is missing, in one go; where that fails, each by itself. */
async function installOthers() {
  const missing = others.filter(({ find }) => !find())
  if (missing.length === 0 || !debianAsRoot()) return
  const chromium = (findBrowser() ?? (await playwrightBrowser())) ? [] : ['chromium']
  console.log(`No ${missing.map(({ name }) => name).join(', no ')} found: installing (Debian) …`)
  try {
    await installFromDebian([...chromium, ...missing.flatMap(({ packages }) => packages)])
  } catch {
    for (const { packages } of missing) {
      await installFromDebian(packages).catch((/** @type {unknown} */ error) =>
        console.log(error instanceof Error ? error.message : String(error)),
      )
    }
  }
}

/**
 * Paths of all browsers to test with. Where one besides Chromium cannot be had, this says why and how, and its tests are
 * counted as skipped.
 * @returns {Promise<{ browser: string, firefox: string | undefined, webKit: string | undefined }>}
 * @throws {CommandFailed} as `ensureBrowser`
 */
export async function ensureBrowsers() {
  await installOthers()
  const browser = await ensureBrowser()
  for (const { name, find, packages } of others) {
    if (find()) continue
    const why = debianAsRoot() ? 'its packages could not be installed' : 'only root on Debian can install it'
    console.log(`Tests in ${name} are skipped: ${why}. They need: apt-get install ${packages.join(' ')}`)
  }
  return { browser, firefox: findFirefox(), webKit: findWebKit() }
}
