import { HomingError, precisionOf } from '@homing/protocol'

import {
  type Lifecycle,
  type LifecycleEvent,
  type Step,
  transition,
  unopened,
} from '../../../delivery/model-state.ts'
import type { PatchReport } from '../../../delivery/patches/patch-report.ts'
import type { BackendFallback } from '../../../libraries/backend.ts'
import type { ModelStatus, Rollback } from '../../status-api.ts'
import type { UpdatePolicy } from '../../update-policy.ts'
import type { LoadedVersion } from '../serving/loaded-version.ts'

/** Where the status of one model is kept; every change is told. */
export interface StatusBoard {
  readonly status: ModelStatus
  dispatch(event: LifecycleEvent): void
  /** `loaded` serves: its facts, and `activated` where that is new. */
  served(loaded: LoadedVersion): void
  /** The step under way failed; what serves goes on. */
  failed(error: unknown): void
  /** What served does not any more, and could not be brought back. */
  broken(error: unknown): void
  memory(memory: ModelStatus['memory']): void
  /** The backend that serves has passed one of its probes once more. */
  reprobed(): void
  /** The engine was started anew under the version that serves. */
  restarted(): void
  policy(policy: UpdatePolicy, pinned: string | undefined): void
  /** A newer version waits for `update()`; undefined: none does. */
  available(version: string | undefined): void
  /** An earlier version serves in the place of another one. */
  rolledBack(rollback: Rollback): void
  storage(storage: ModelStatus['storage']): void
  /** Milliseconds that a download took, and what patches did in it. */
  fetched(fetch: number, patches: PatchReport | undefined): void
}

export function createStatusBoard(
  model: string,
  policy: UpdatePolicy,
  tell: (status: ModelStatus) => void,
): StatusBoard {
  let lifecycle: Lifecycle = unopened
  let status: ModelStatus = {
    model,
    state: { name: 'empty' },
    fallbacks: [],
    restarts: 0,
    storage: { kind: 'memory', usage: 0 },
    update: { policy, state: { name: 'empty' } },
    timings: {},
  }
  const put = (next: ModelStatus): void => {
    status = next
    tell(next)
  }
  const move = (event: LifecycleEvent): ModelStatus => {
    lifecycle = transition(lifecycle, event)
    return withLifecycle(status, lifecycle)
  }
  /** A version that was proven, or that serves again after it or a later one was broken. */
  const activate = (version: string): ModelStatus => {
    move({ type: 'activated', version })
    move({ type: 'restored', version })
    return move({ type: 'reverted', version })
  }
  return {
    get status() {
      return status
    },
    dispatch: (event) => put(move(event)),
    served({ installed, manifest, facts, verify, proof, choice }) {
      const {
        threadsReason: _,
        card: __,
        quarantined: ___,
        probe: ____,
        choice: _____,
        ...before
      } = activate(installed.version)
      const { start, load, firstRun } = facts.timings
      const { rolledBack, ...update } = before.update
      put({
        ...before,
        update: rolledBack && status.version === installed.version ? { ...update, rolledBack } : update,
        version: installed.version,
        manifest: installed.manifestSha256,
        engine: facts.engine,
        engineVersion: facts.engineVersion,
        backend: facts.backend,
        precision: precisionOf(manifest),
        fallbacks: facts.fallbacks,
        ...quarantineOf(facts.fallbacks),
        ...(proof ? { probe: proof } : {}),
        ...(choice ? { choice } : {}),
        threads: facts.threads,
        ...(facts.threadsReason === undefined ? {} : { threadsReason: facts.threadsReason }),
        ...(manifest.card === undefined ? {} : { card: manifest.card }),
        timings: { ...before.timings, verify, start, load, firstRun },
      })
    },
    failed(error) {
      put(move(failure(error)))
    },
    broken(error) {
      lifecycle = transition(transition(unopened, { type: 'check' }), failure(error))
      put(withLifecycle(status, lifecycle))
    },
    memory(memory) {
      const { memory: _, ...rest } = status
      put(memory ? { ...rest, memory: { bytes: memory.bytes, asleep: memory.asleep } } : rest)
    },
    reprobed() {
      if (status.probe) put({ ...status, probe: { ...status.probe, at: Date.now() } })
    },
    restarted: () => put({ ...status, restarts: status.restarts + 1 }),
    policy(policy, pinned) {
      const { pinned: _, ...update } = status.update
      put({ ...status, update: { ...update, policy, ...(pinned === undefined ? {} : { pinned }) } })
    },
    available(version) {
      const { available: _, ...update } = status.update
      put({ ...status, update: { ...update, ...(version === undefined ? {} : { available: version }) } })
    },
    rolledBack: (rollback) => put({ ...status, update: { ...status.update, rolledBack: rollback } }),
    storage: (storage) => put({ ...status, storage }),
    fetched(fetch, patches) {
      const { patches: _, ...update } = status.update
      put({
        ...status,
        update: { ...update, ...(patches ? { patches } : {}) },
        timings: { ...status.timings, fetch },
      })
    },
  }
}

function quarantineOf(fallbacks: readonly BackendFallback[]): Pick<ModelStatus, 'quarantined'> {
  const quarantined = fallbacks.filter(({ stage }) => stage === 'probe').map(({ backend }) => backend)
  return quarantined.length > 0 ? { quarantined } : {}
}

function failure(error: unknown): LifecycleEvent {
  return { type: 'failed', error: HomingError.from(error).toJSON() }
}

function withLifecycle(status: ModelStatus, lifecycle: Lifecycle): ModelStatus {
  switch (lifecycle.name) {
    case 'opening':
      return { ...status, state: lifecycle.step }
    case 'closed':
      return { ...status, state: { name: 'closed' } }
    case 'active':
      return {
        ...status,
        state: { name: 'active', version: lifecycle.version },
        update: withStep(status.update, lifecycle.update),
      }
  }
}

/** The reason of the last failure stays until a look or an update succeeds. */
function withStep(update: ModelStatus['update'], step: Step): ModelStatus['update'] {
  const { error, ...rest } = update
  if (step.name === 'failed') return { ...rest, state: step, error: step.error }
  return step.name === 'empty' || error === undefined
    ? { ...rest, state: step }
    : { ...rest, state: step, error }
}
