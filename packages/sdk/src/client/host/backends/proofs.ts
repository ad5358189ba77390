import { HomingError, type Manifest } from '@homing/protocol'

import type { Backend, BackendFallback } from '../../../libraries/backend.ts'
import type { ProbeReport } from '../../../runtime/probe-api.ts'
import type { LoadedFacts, LoadRequest } from '../../../runtime/runtime-api.ts'
import type { InstalledVersion, Store } from '../../../store/store.ts'
import { sdkVersion } from '../../config.ts'
import { asQuarantined } from '../storage/model-records.ts'
import { setId } from '../storage/set-id.ts'
import { type Adapters, adapterOf } from './adapters.ts'
import type { Rejections } from './rejections.ts'

/** That a backend has given what a version's probes want, as the device remembers it. */
export interface Proof extends Omit<ProbeReport, 'duration'> {
  readonly sdk: string
  readonly engineVersion: string
  readonly adapter: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Remembers which backends compute a version rightly here, and which do not. */
export interface Proofs {
  /** Those of `backends` that have passed before, on the adapters of today. */
  known(installed: InstalledVersion, manifest: Manifest, backends: readonly Backend[]): Promise<Proven[]>
  /** Remembers what a loading has shown, `at` in milliseconds since the epoch. */
  note(installed: InstalledVersion, manifest: Manifest, facts: LoadedFacts, at: number): Promise<void>
  /** Remembers why a loading failed, as far as probes tell. */
  noteFailure(installed: InstalledVersion, manifest: Manifest, error: unknown): Promise<void>
  /** A backend that passed has turned bad: it is to be proven anew. */
  revoke(installed: InstalledVersion, manifest: Manifest, backend: Backend): Promise<void>
}

/** A backend with its proof. */
export type Proven = Proof & NonNullable<LoadRequest['proven']>[number]

/** What proofs are remembered with. */
export interface ProofDeps {
  readonly model: string
  readonly store: Pick<Store, 'readFact' | 'writeFact' | 'updateModel'>
  readonly adapters: () => Promise<Adapters>
  readonly rejections: Pick<Rejections, 'remembered'>
}

export function createProofs({ model, store, adapters, rejections }: ProofDeps): Proofs {
  // The graph too: a version may carry several, in different precisions.
  const nameOf = ({ manifestSha256 }: InstalledVersion, { graph }: Manifest, backend: Backend) => ({
    model,
    kind: 'proof',
    key: `${manifestSha256} ${graph.sha256} ${backend}`,
  })
  const quarantine = async (
    installed: InstalledVersion,
    { engine }: Manifest,
    failures: readonly BackendFallback[],
  ): Promise<void> => {
    const wrong = failures.filter(({ stage }) => stage === 'probe')
    if (wrong.length === 0) return
    const remembered = await rejections.remembered(setId(installed), engine, wrong)
    await store.updateModel(model, (record) => asQuarantined(record, remembered))
  }
  return {
    async known(installed, manifest, backends) {
      if (!manifest.probes) return []
      const found = await Promise.all(
        backends.map(async (backend): Promise<Proven[]> => {
          const proof = (await store.readFact(nameOf(installed, manifest, backend))) as
            Proof | null | undefined
          if (!proof || proof.sdk !== sdkVersion) return []
          return proof.adapter === (await adapterOf(backend, adapters)) ? [{ ...proof, backend }] : []
        }),
      )
      return found.flat()
    },
    async note(installed, manifest, { backend, engineVersion, probe, fallbacks }, at) {
      await quarantine(installed, manifest, fallbacks)
      if (!probe) return
      const { cases, deviation } = probe
      const adapter = await adapterOf(backend, adapters)
      const proof: Proof = { sdk: sdkVersion, engineVersion, adapter, at, cases, deviation }
      await store.writeFact(nameOf(installed, manifest, backend), proof)
    },
    async noteFailure(installed, manifest, error) {
      const { code, details } = HomingError.from(error)
      if (code !== 'BACKEND_UNAVAILABLE') return
      await quarantine(installed, manifest, (details['backends'] ?? []) as readonly BackendFallback[])
    },
    revoke: (installed, manifest, backend) => store.writeFact(nameOf(installed, manifest, backend), null),
  }
}
