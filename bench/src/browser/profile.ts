import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { type BrowserContext, chromium } from 'playwright-core'

import { browserFlags } from '../../../scripts/browser.mjs'

/** Longest wait for a browser to start and for a page to answer, in milliseconds. */
const patience = 60_000

/** Which browser starts, where its profile lies, and with which flags beside those of every browser here. */
export interface ProfileOptions {
  readonly browser: string
  readonly scratch: string
  readonly flags?: readonly string[]
}

/** A Chromium with a profile on disk that nothing has used before. */
export interface FreshProfile {
  readonly context: BrowserContext
  /** Ends the browser and removes its profile. */
  readonly close: () => Promise<void>
}

/** Starts a Chromium with a fresh profile. */
export async function openFreshProfile({
  browser,
  scratch,
  flags = [],
}: ProfileOptions): Promise<FreshProfile> {
  const folder = await mkdtemp(join(scratch, 'profile-'))
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: browser,
    args: [...browserFlags, ...flags],
    headless: true,
    timeout: patience,
  })
  context.setDefaultTimeout(patience)
  return {
    context,
    async close() {
      await context.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** Runs `work` in a Chromium with a fresh profile, and removes both afterwards. */
export async function withFreshProfile<T>(
  options: ProfileOptions,
  work: (context: BrowserContext) => Promise<T>,
): Promise<T> {
  const { context, close } = await openFreshProfile(options)
  try {
    return await work(context)
  } finally {
    await close()
  }
}
