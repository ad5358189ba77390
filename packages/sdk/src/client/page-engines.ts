import type { Engine } from '@homing/protocol'

import { callWatch, type CallWatch } from './call-watch.ts'
import type { ResolvedOptions } from './client-options.ts'
import { latePatience } from './config.ts'
import type { ClientOptions } from './options-api.ts'
import { type EngineWorkers, engineWorkers } from './page-workers.ts'

/** The engines of one page. */
export interface PageEngines {
  readonly workers: EngineWorkers
  readonly calls: CallWatch
}

/** What the host is told of them. */
export interface EngineNews {
  /** A worker died, under calls of these models. */
  readonly onLost: (engine: Engine, suspects: string[]) => void
  /** A call has been under way for long. */
  readonly onLate: (engine: Engine) => void
}

export function pageEngines(
  { host, runtime }: ResolvedOptions,
  given: Pick<ClientOptions, 'workers' | 'engines'>,
  { onLost, onLate }: EngineNews,
): PageEngines {
  const calls = callWatch(patienceFor(host.hangLimit), onLate)
  const workers = engineWorkers(runtime, given, (engine) => onLost(engine, calls.takeSuspects(engine)))
  return { workers, calls }
}

/** How long a call may take before the host looks whether its engine hangs. */
const patienceFor = (hangLimit: number): number => Math.min(latePatience, hangLimit / 2)
