import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'

import puppeteer, { type Browser, type Page } from 'puppeteer-core'

import { workFolder } from '../fixtures/places.ts'
import type { Host } from './host.ts'

const startTimeout = 60_000

/** Firefox over WebDriver BiDi, with a profile on the disk: reopening starts another process on it. */
export async function firefoxHost(executablePath: string): Promise<Host> {
  const profile = await mkdtemp(join(workFolder, 'firefox-'))
  let browser: Browser | undefined
  let page: Page | undefined

  const start = (): Promise<Browser> =>
    puppeteer.launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      timeout: startTimeout,
      userDataDir: profile,
    })
  const open = async (address: string): Promise<void> => {
    browser ??= await start()
    page = await browser.newPage()
    await page.goto(address)
  }
  return {
    open,
    async reopen(address) {
      await browser?.close()
      browser = undefined
      await open(address)
    },
    evaluate: async (expression) => page?.evaluate(expression),
    async close() {
      await browser?.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
