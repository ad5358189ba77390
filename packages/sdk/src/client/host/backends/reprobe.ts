import type { ReprobeDeps } from './reprobe-deps.ts'

/**
 * Runs one probe of what serves now and then, while the app uses it and the engine has nothing else to do. A backend that
 * has turned bad gets a new worker, where it has to be proven anew; if it still computes wrongly, the next one serves.
 */
export async function keepProbing(deps: ReprobeDeps, signal: AbortSignal): Promise<void> {
  const { platform, interval, serving } = deps
  for (let index = 0; interval > 0; index++) {
    await platform.sleep(interval, signal)
    const loaded = serving()
    if (!loaded?.manifest.probes) continue
    const { probeOnce } = await import('./probe-once.ts') // no part of a cold load
    await probeOnce(loaded, index, deps, signal)
  }
}
