import type { BrowserContext, Page } from '@playwright/test'

import type { Host } from './host.ts'

/** A tab of the runner's own Chromium: reopening closes it and opens another. */
export function chromiumHost(context: BrowserContext): Host {
  let page: Page | undefined
  const open = async (address: string): Promise<void> => {
    page = await context.newPage()
    await page.goto(address)
  }
  return {
    open,
    async reopen(address) {
      await page?.close()
      await open(address)
    },
    evaluate: async (expression) => page?.evaluate(expression),
    close: async () => page?.close(),
  }
}
