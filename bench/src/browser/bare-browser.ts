import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { browserFlags } from '../../../scripts/browser.mjs'

/** A Chromium that nobody drives. */
export interface BareBrowser {
  /** The process that started the others. */
  readonly pid: number
  /** Kills all its processes at once, as a power cut would, and waits for their end. */
  kill(): Promise<void>
}

/**
 * Opens `url` in a Chromium with the profile in `folder`, without DevTools: those keep up to 200 MB of the bodies of
 * answers in the page's process, which would be measured as the page's own.
 */
export function openBareBrowser(browser: string, folder: string, url: string): BareBrowser {
  const flags = [...browserFlags, '--headless=new', `--user-data-dir=${folder}`, url]
  const child = spawn(browser, flags, { stdio: 'ignore', detached: true })
  const { pid } = child
  if (pid === undefined) throw new Error(`${browser} did not start`)
  const ended = once(child, 'exit')
  const killNow = (): void => {
    try {
      process.kill(-pid, 'SIGKILL') // its group
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // it has ended by itself
    }
  }
  process.once('exit', killNow) // nobody else would end it
  return {
    pid,
    async kill() {
      process.off('exit', killNow)
      killNow()
      await ended
    },
  }
}
