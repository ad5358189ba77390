import { HomingError } from '@homing/protocol'

import type { Backend, BackendFallback } from '../../../libraries/backend.ts'
import { choiceMargin, maxCpuBytes, maxRivalBytes } from '../../config.ts'
import type { BackendTimes } from '../../status-api.ts'
import type { LoadedVersion } from '../serving/loaded-version.ts'

/** What timing has found. */
export interface FastestBackend {
  /** What is to serve: what did, or one beside it. All others are released. */
  readonly loaded: LoadedVersion
  /** Milliseconds a run. */
  readonly times: BackendTimes
  /** Backends that could not be timed. */
  readonly failures: readonly BackendFallback[]
}

/** The backends that a version is worth timing on, beside the one that serves. */
export function rivalsOf({ manifest, facts }: LoadedVersion, usable: readonly Backend[]): readonly Backend[] {
  const { size } = manifest.parameters
  if (!manifest.probes || size > maxRivalBytes) return []
  const failed = facts.fallbacks.map(({ backend }) => backend)
  return usable.filter(
    (backend) =>
      backend !== facts.backend && !failed.includes(backend) && (backend !== 'cpu' || size <= maxCpuBytes),
  )
}

/**
 * Loads what serves on other backends too, times all against each other, and keeps the fastest. What serves stays where
 * another is hardly faster.
 */
export async function fastestBackend(
  serving: LoadedVersion,
  rivals: readonly Backend[],
  loadOn: (backend: Backend) => Promise<LoadedVersion>,
): Promise<FastestBackend> {
  const { runtime } = serving
  const loaded = [serving]
  const failures: BackendFallback[] = []
  let kept = serving
  try {
    for (const backend of rivals)
      await loadOn(backend).then(
        (rival) => loaded.push(rival),
        (error: unknown) => failures.push(...failuresOf(error)),
      )
    const times = await runtime.time(loaded.map(({ facts }) => facts.instance))
    const best = times.indexOf(Math.min(...times))
    if (times[best]! < times[0]! * (1 - choiceMargin)) kept = loaded[best]!
    const entries = loaded.map(({ facts }, index) => [facts.backend, times[index]!])
    return { loaded: kept, times: Object.fromEntries(entries) as BackendTimes, failures }
  } finally {
    for (const other of loaded)
      if (other !== kept && other !== serving)
        await runtime.discard(other.facts.instance).catch(() => undefined) // gone with its worker
  }
}

/** @throws what does not lie in the backend. */
function failuresOf(thrown: unknown): readonly BackendFallback[] {
  const error = HomingError.from(thrown)
  if (error.code !== 'BACKEND_UNAVAILABLE') throw error
  return (error.details['backends'] ?? []) as readonly BackendFallback[]
}
