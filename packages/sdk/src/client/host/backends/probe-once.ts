import { HomingError } from '@homing/protocol'
import { proxy, transfer } from 'comlink'

import { busyPatience, maxBusyAnswers } from '../../config.ts'
import type { LoadedVersion } from '../serving/loaded-version.ts'
import type { ReprobeDeps } from './reprobe-deps.ts'

/** Runs one probe of what serves, when its engine is idle; between calls where it never is. */
export async function probeOnce(
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
