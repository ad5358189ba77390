import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { type BrowserContext, chromium } from 'playwright-core'

import { browserFlags } from '../../../scripts/browser.mjs'

/** Longest wait for a browser to start and for a page to answer, in milliseconds. */
const patience = 60_000

/** Runs `work` in a Chromium with a profile on disk that nothing has used before, and removes both afterwards. */
export async function withFreshProfile<T>(
  {
    browser,
    scratch,
    flags = [],
  }: { readonly browser: string; readonly scratch: string; readonly flags?: readonly string[] },
  work: (context: BrowserContext) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(scratch, 'profile-'))
  const options = {
    executablePath: browser,
    args: [...browserFlags, ...flags],
    headless: true,
    timeout: patience,
  }
  const context = await chromium.launchPersistentContext(folder, options)
  context.setDefaultTimeout(patience)
  try {
    return await work(context)
  } finally {
    await context.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}
