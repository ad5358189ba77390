import type { Contest } from './contest.ts'
import type { NetworkName } from './network.ts'
import type { TfjsBackend } from './tfjs-trainee.ts'

/** Where both sides run. */
export interface Host {
  readonly name: string
  /** Backends of TensorFlow.js that may start here. */
  readonly backends: readonly TfjsBackend[]
  readonly open: (network: NetworkName, peer?: TfjsBackend) => Promise<OpenContest>
}

/** A contest that holds memory, or a page, until it is closed. */
export interface OpenContest extends Contest {
  readonly close: () => Promise<void>
}
