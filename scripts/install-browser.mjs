import { existsSync } from 'node:fs'

import { findBrowser, findFirefox } from './browser.mjs'
import { pnpm } from './pnpm.mjs'
import { CommandFailed, run } from './run.mjs'

const aptTimeout = 10 * 60_000
const playwrightTimeout = 5 * 60_000

const debianAsRoot = () => existsSync('/etc/debian_version') && process.getuid?.() === 0

/** With a Vulkan driver that computes on the CPU, Firefox has WebGPU. */
const debianFirefox = ['firefox-esr', 'libvulkan1', 'mesa-vulkan-drivers']

async function installFromDebian(/** @type {string[]} */ packages = ['chromium']) {
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

/**
 * Paths of all browsers to test with. Firefox comes with Debian's packages alone, in one go with Chromium; where it cannot
 * be had, its tests say so and are skipped.
 * @returns {Promise<{ browser: string, firefox: string | undefined }>}
 * @throws {CommandFailed} as `ensureBrowser`
 */
export async function ensureBrowsers() {
  if (!findFirefox() && debianAsRoot()) {
    const chromium = (findBrowser() ?? (await playwrightBrowser())) ? [] : ['chromium']
    console.log('No Firefox found: installing one (Debian) …')
    try {
      await installFromDebian([...chromium, ...debianFirefox])
    } catch (error) {
      console.log(error instanceof Error ? error.message : String(error))
    }
  }
  return { browser: await ensureBrowser(), firefox: findFirefox() }
}
