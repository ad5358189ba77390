import { type FolderServer, serveFolder } from '@homing/testkit'
import { test as base } from '@playwright/test'

import type { HomingServer } from '../fixtures/homing-server.ts'
import { withServer } from '../fixtures/with-server.ts'

interface Fixtures {
  /** A server of this test alone, with the first version of everything. */
  readonly server: HomingServer
  /** Gives the page in a folder under a strict policy, isolated, from an origin of its own. */
  readonly servePage: (folder: string) => Promise<FolderServer>
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- how Playwright is told that nothing is needed
  server: ({}, use) => withServer('first', undefined, use),

  servePage: async ({ server }, use) => {
    const pages: FolderServer[] = []
    await use(async (folder) => {
      const page = await serveFolder(folder, headers(server.origin))
      pages.push(page)
      return page
    })
    for (const page of pages) await page.close()
  },
})

const headers = (repository: string): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' ${repository}`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
})

export { expect } from '@playwright/test'
