import type { HomingError } from '@homing/protocol'

import type { Backend, BackendFallback } from '../../../libraries/backend.ts'
import { backendFaultWindow, maxBackendFaults } from '../../config.ts'

/**
 * Remembers on which backends parameter sets were lost while this host lives: the GPU was taken away, the worker died or hung.
 * Once may happen to any; where it happens again, the next backend serves. Nothing of it stays on the device, because it
 * is no fault of the version. Each is named by its `setId`: one that does not fit into a GPU's memory tells nothing of smaller ones.
 */
export interface UnsteadyBackends {
  /** One more loss. True when it is one too many: the backend is to be passed over. */
  add(set: string, failure: BackendFallback): boolean
  /** The backends to pass over for a parameter set. */
  passedOver(set: string): readonly BackendFallback[]
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
  readonly set: string
  readonly time: number
  readonly failure: BackendFallback
}

/** `now` is in milliseconds; only differences count. */
export function unsteadyBackends(now: () => number): UnsteadyBackends {
  let losses: readonly Loss[] = []
  const recent = (set: string): readonly Loss[] => {
    losses = losses.filter(({ time }) => now() - time < backendFaultWindow)
    return losses.filter((loss) => loss.set === set)
  }
  const tooMany = (of: readonly Loss[], { backend }: BackendFallback): boolean =>
    of.filter(({ failure }) => failure.backend === backend).length >= maxBackendFaults

  return {
    add(set, failure) {
      losses = [...losses, { set, time: now(), failure }]
      return tooMany(recent(set), failure)
    },
    passedOver(set) {
      const of = recent(set)
      const last = new Map(of.map(({ failure }) => [failure.backend, failure]))
      return [...last.values()].filter((failure) => tooMany(of, failure))
    },
  }
}
