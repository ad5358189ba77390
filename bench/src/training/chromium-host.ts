import { openFreshProfile, type ProfileOptions } from '../browser/profile.ts'
import type { Host, OpenContest } from './host.ts'

/** A browser for each contest: in one that had run others, a step took up to twice as long. */
export function chromiumHost(profile: ProfileOptions, url: string): Host {
  return {
    name: 'Chromium',
    backends: ['cpu', 'wasm', 'webgl', 'webgpu'],
    async open(network, peer): Promise<OpenContest> {
      const { context, close } = await openFreshProfile(profile)
      try {
        const page = context.pages()[0] ?? (await context.newPage())
        await page.goto(url)
        await page.waitForFunction(() => globalThis.contests)
        await page.evaluate(([network, peer]) => globalThis.contests!.open(network, peer), [
          network,
          peer,
        ] as const)
        return {
          losses: (side) => page.evaluate((side) => globalThis.contests!.current!.losses(side), side),
          sample: (side, patience) =>
            page.evaluate(([side, patience]) => globalThis.contests!.current!.sample(side, patience), [
              side,
              patience,
            ] as const),
          close,
        }
      } catch (error) {
        await close()
        throw error
      }
    },
  }
}
