import type { Manifest } from '@homing/protocol'

import type { Backend } from '../../../libraries/backend.ts'
import type { Store } from '../../../store/store.ts'
import { choiceLifetime, sdkVersion } from '../../config.ts'
import type { BackendTimes } from '../../status-api.ts'
import { type Adapters, adapterOf } from './adapters.ts'

/** Which backend was the fastest for a graph on this device. */
export interface MeasuredChoice {
  readonly sdk: string
  readonly engineVersion: string
  readonly backend: Backend
  /** What that runs on. */
  readonly adapter: string
  readonly times: BackendTimes
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Remembers which backend is the fastest: by graph, because versions that differ in parameters alone are equally fast. */
export interface BackendChoices {
  /** The choice, while it is fresh, and on the adapter of today. */
  known(manifest: Manifest): Promise<MeasuredChoice | undefined>
  note(manifest: Manifest, choice: Omit<MeasuredChoice, 'sdk' | 'adapter' | 'at'>): Promise<MeasuredChoice>
  /** Has it measured again. */
  forget(manifest: Manifest): Promise<void>
}

export function createBackendChoices(
  model: string,
  { store, adapters, time }: { store: Store; adapters: () => Promise<Adapters>; time: () => number },
): BackendChoices {
  const nameOf = ({ graph }: Manifest) => ({ model, kind: 'choice', key: graph.sha256 })
  return {
    async known(manifest) {
      const choice = (await store.readFact(nameOf(manifest))) as MeasuredChoice | null | undefined
      if (!choice || choice.sdk !== sdkVersion || time() - choice.at > choiceLifetime) return undefined
      return choice.adapter === (await adapterOf(choice.backend, adapters)) ? choice : undefined
    },
    async note(manifest, found) {
      const adapter = await adapterOf(found.backend, adapters)
      const choice: MeasuredChoice = { ...found, sdk: sdkVersion, adapter, at: time() }
      await store.writeFact(nameOf(manifest), choice)
      return choice
    },
    forget: (manifest) => store.writeFact(nameOf(manifest), null),
  }
}
