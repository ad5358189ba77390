import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge']
const fixed = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]
const fixedFirefox = [
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
]

/** Flags for a plain headless Chromium, also as root, that talks to nobody but the page's own servers. */
export const browserFlags = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
]

/** The first of `names` on the path, or of `fixed` places, that exists. */
function findProgram(
  /** @type {string[]} */ names,
  /** @type {string[]} */ fixed,
  /** @type {NodeJS.ProcessEnv} */ env,
) {
  const folders = (env.PATH ?? '').split(delimiter)
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  return [...onPath, ...fixed].find((path) => existsSync(path))
}

/** Path of the browser that tests drive: `HOMING_BROWSER`, else an installed Chrome or Chromium, else undefined. */
export function findBrowser(env = process.env) {
  return env.HOMING_BROWSER || findProgram(names, fixed, env)
}

/** Path of the Firefox that tests drive: `HOMING_FIREFOX`, else an installed one, else undefined. */
export function findFirefox(env = process.env) {
  return env.HOMING_FIREFOX || findProgram(['firefox-esr', 'firefox'], fixedFirefox, env)
}

/** Debian's folder of libraries, in which each architecture has one of its own. */
const libraries = '/usr/lib'

/** What a WebKitGTK is driven with: a display, a bus, its driver. */
const webKitPrograms = ['xvfb-run', 'dbus-run-session', 'WebKitWebDriver']

/**
 * Path of the browser of an installed WebKitGTK that tests can drive, and in whose webview they can run an app; else
 * undefined.
 */
export function findWebKit(env = process.env) {
  if (!existsSync(libraries) || webKitPrograms.some((name) => !findProgram([name], [], env))) return undefined
  const webview = ['-c', "import gi; gi.require_version('WebKit2', '4.1')"]
  if (spawnSync('/usr/bin/python3', webview).status !== 0) return undefined
  const candidates = readdirSync(libraries).map((name) => join(libraries, name, 'webkit2gtk-4.1/MiniBrowser'))
  return candidates.find((path) => existsSync(path))
}
