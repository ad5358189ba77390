import { type Engine, HomingError, type Manifest } from '@homing/protocol'
import { proxy, transfer } from 'comlink'

import type { DeliveryPlatform } from '../../delivery/ports.ts'
import type { ProbeFiles } from '../../runtime/probe-api.ts'
import { busyPatience, maxBusyAnswers } from '../config.ts'
import type { LoadedVersion } from './loaded-version.ts'
import type { Proofs } from './proofs.ts'

/** What probing again works with. */
export interface ReprobeDeps {
  readonly platform: Pick<DeliveryPlatform, 'sleep'>
  /** Milliseconds between probes; 0 never probes again. */
  readonly interval: number
  readonly serving: () => LoadedVersion | undefined
  readonly readProbes: (manifest: Manifest) => Promise<ProbeFiles>
  readonly proofs: Pick<Proofs, 'revoke'>
  /** Told that the backend computes rightly still. */
  readonly onPassed: () => void
  /** Ends an engine's worker, as if it had died: calls under way are made again on a new one, which is proven first. */
  readonly endEngine: (engine: Engine, reason: HomingError) => Promise<void>
}

/**
 * Runs one probe of what serves now and then, while the app uses it and the engine has nothing else to do. A backend that
 * has turned bad gets a new worker, where it has to be proven anew; if it still computes wrongly, the next one serves.
 */
export async function keepProbing(deps: ReprobeDeps, signal: AbortSignal): Promise<void> {
  const { platform, interval, serving } = deps
  for (let index = 0; interval > 0; index++) {
    await platform.sleep(interval, signal)
    const loaded = serving()
    if (loaded?.manifest.probes) await probeOnce(loaded, index, deps, signal)
  }
}

async function probeOnce(
  { manifest, installed, facts, runtime }: LoadedVersion,
  index: number,
  { platform, readProbes, proofs, onPassed, endEngine }: ReprobeDeps,
  signal: AbortSignal,
): Promise<void> {
  const files = proxy(async () => {
    const { inputs, outputs } = await readProbes(manifest)
    return transfer({ inputs, outputs }, [inputs.buffer, outputs.buffer])
  })
  const { model, engine } = manifest
  try {
    for (let busy = 0; busy <= maxBusyAnswers; busy++) {
      const whenIdle = busy < maxBusyAnswers
      const answer = await runtime.reprobe({ model, instance: facts.instance, index, whenIdle }, files)
      if (answer === 'passed') onPassed()
      if (answer !== 'busy') return
      await platform.sleep(busyPatience, signal)
    }
  } catch (thrown) {
    const cause = HomingError.from(thrown)
    if (signal.aborted || (cause.code !== 'PROBE_FAILED' && cause.code !== 'ENGINE_FAILED')) return
    await proofs.revoke(installed, manifest, facts.backend).catch(() => undefined) // a broken store proves nothing either
    const message = `The ${engine} worker is started anew: ${facts.backend} has turned bad. ${cause.message}`
    await endEngine(engine, new HomingError('WORKER_LOST', message, { cause }))
  }
}
