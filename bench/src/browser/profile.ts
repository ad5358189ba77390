import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { type BrowserContext, chromium } from 'playwright-core'

import { browserFlags } from '../../../scripts/browser.mjs'

/** Longest wait for a browser to start and for a page to answer, in milliseconds. */
const patience = 60_000

/** Longest wait for a browser to end by itself, in milliseconds: one whose page hangs may not. */
const closePatience = 20_000

/** Longest work in one browser, in milliseconds, unless it says otherwise: a page that never answers would stop a suite. */
const workPatience = 180_000

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

/**
 * Runs `work` in a Chromium with a fresh profile, and removes both afterwards.
 * @throws Error when it takes longer than `longest` milliseconds, and what `work` throws.
 */
export async function withFreshProfile<T>(
  options: ProfileOptions,
  work: (context: BrowserContext) => Promise<T>,
  longest = workPatience,
): Promise<T> {
  const { context, close } = await openFreshProfile(options)
  try {
    return await inTime(work(context), longest, 'The page did not answer')
  } finally {
    await inTime(close(), closePatience, 'The browser did not end').catch(() => undefined) // it ends with this process
  }
}

async function inTime<T>(work: Promise<T>, longest: number, problem: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${problem} within ${longest / 1000} s`)), longest)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined) // it fails once its browser has gone
  }
}
