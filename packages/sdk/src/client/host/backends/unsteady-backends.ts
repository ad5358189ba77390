import type { HomingError } from '@homing/protocol'

import type { Backend, BackendFallback } from '../../../libraries/backend.ts'
import { backendFaultWindow, maxBackendFaults } from '../../config.ts'

/**
 * Remembers on which backends versions were lost while this host lives: the GPU was taken away, the worker died or hung.
 * Once may happen to any; where it happens again, the next backend serves. Nothing of it stays on the device, because it
 * is no fault of the version.
 */
export interface UnsteadyBackends {
  /** One more loss. True when it is one too many: the backend is to be passed over. */
  add(manifestSha256: string, failure: BackendFallback): boolean
  /** The backends to pass over for a version. */
  passedOver(manifestSha256: string): readonly BackendFallback[]
}

/** How a backend was lost, as `status.fallbacks` tells it. */
export function lossOf(
  backend: Backend,
  { code, message }: Pick<HomingError, 'code' | 'message'>,
  stage: BackendFallback['stage'] = 'run',
): BackendFallback {
  return { backend, stage, code, reason: message }
}

interface Loss {
  readonly manifestSha256: string
  readonly time: number
  readonly failure: BackendFallback
}

/** `now` is in milliseconds; only differences count. */
export function unsteadyBackends(now: () => number): UnsteadyBackends {
  let losses: readonly Loss[] = []
  const recent = (manifestSha256: string): readonly Loss[] => {
    losses = losses.filter(({ time }) => now() - time < backendFaultWindow)
    return losses.filter((loss) => loss.manifestSha256 === manifestSha256)
  }
  const tooMany = (of: readonly Loss[], { backend }: BackendFallback): boolean =>
    of.filter(({ failure }) => failure.backend === backend).length >= maxBackendFaults

  return {
    add(manifestSha256, failure) {
      losses = [...losses, { manifestSha256, time: now(), failure }]
      return tooMany(recent(manifestSha256), failure)
    },
    passedOver(manifestSha256) {
      const of = recent(manifestSha256)
      const last = new Map(of.map(({ failure }) => [failure.backend, failure]))
      return [...last.values()].filter((failure) => tooMany(of, failure))
    },
  }
}
