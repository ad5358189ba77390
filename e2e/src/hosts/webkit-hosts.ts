import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { workFolder } from '../fixtures/places.ts'
import type { Host } from './host.ts'
import { type WebDriverSession, webDriverSession } from './web-driver.ts'

/** WebKitGTK's own small browser. Its storage lives as long as its process: reopening loads the page anew. */
export async function miniBrowserHost(driver: string, binary: string): Promise<Host> {
  const session = await webDriverSession(driver, {
    'webkitgtk:browserOptions': { binary, args: ['--automation'] },
  })
  return {
    open: session.goTo,
    async reopen(address) {
      await session.goTo('about:blank')
      await session.goTo(address)
    },
    evaluate: session.evaluate,
    close: session.end,
  }
}

/**
 * An app's webview, whose page is the folder `site` at `app://localhost/`. Reopening kills the app as a phone does when it
 * needs the memory: nothing of it hears of that.
 */
export async function webviewHost(driver: string, site: string): Promise<Host> {
  const data = await mkdtemp(join(workFolder, 'webview-'))
  const binary = join(import.meta.dirname, 'webview.py')
  const start = (): Promise<WebDriverSession> =>
    webDriverSession(driver, { 'webkitgtk:browserOptions': { binary, args: [site, data] } })
  let session = await start()
  const kill = async (): Promise<void> => {
    process.kill(Number(await readFile(join(data, 'pid'), 'utf8')), 'SIGKILL')
    await session.end().catch(() => undefined) // the app is gone
  }
  return {
    open: (address) => session.goTo(address),
    async reopen(address) {
      await kill()
      session = await start()
      await session.goTo(address)
    },
    evaluate: (expression) => session.evaluate(expression),
    async close() {
      await kill()
      await rm(data, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
