import type { BrowserContext } from 'playwright-core'

import type { Host, OpenContest } from './host.ts'

/** A page for each contest: what one backend leaves behind slows no other. */
export function chromiumHost(browser: BrowserContext, url: string): Host {
  return {
    name: `Chromium ${browser.browser()?.version() ?? ''}`.trim(),
    backends: ['cpu', 'wasm', 'webgl', 'webgpu'],
    async open(network, peer): Promise<OpenContest> {
      const page = await browser.newPage()
      const close = () => page.close()
      try {
        await page.goto(url)
        await page.waitForFunction(() => globalThis.contests)
        await page.evaluate(([network, peer]) => globalThis.contests!.open(network, peer), [
          network,
          peer,
        ] as const)
      } catch (error) {
        await close()
        throw error
      }
      return {
        losses: (side) => page.evaluate((side) => globalThis.contests!.current!.losses(side), side),
        sample: (side, patience) =>
          page.evaluate(([side, patience]) => globalThis.contests!.current!.sample(side, patience), [
            side,
            patience,
          ] as const),
        close,
      }
    },
  }
}
