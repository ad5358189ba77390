import { parseManifest } from '@homing/protocol'

import type { StorageEstimator } from '../../../store/store-error.ts'
import type { Store } from '../../../store/store.ts'
import { budgetShare, defaultBudget, maxDefaultBudget } from '../../config.ts'
import type { Claims } from './claims.ts'

/** Deletes what no tab and no record needs. One tab cleans up at a time. */
export interface Cleaner {
  /** Deletes the least recently used versions until the rest fits the budget. */
  collect(): Promise<void>
  /** Deletes every version that need not be kept, to make room. Returns how many bytes were freed. */
  free(): Promise<number>
}

/** What cleaning up works with. */
export interface CleanerDeps {
  readonly store: () => Promise<Store>
  readonly claims: () => Promise<Claims>
  /** Bytes that the app allows; undefined means a share of what the browser does. */
  readonly budget: number | undefined
  readonly estimate: StorageEstimator
}

export function createCleaner({ store, claims, budget, estimate }: CleanerDeps): Cleaner {
  const collect = async (budget: number): Promise<number> => {
    const kept = await store()
    return (await claims()).alone(async (live, ofAllTabs) =>
      // Without locks another tab may serve any version; what was used last is the best guess at it.
      ofAllTabs || budget > 0 ? kept.collectGarbage({ parse: parseManifest, live, budget }) : 0,
    )
  }
  return {
    async collect() {
      const inMemory = (await store()).kind === 'memory' // which is not for hoarding
      await collect(inMemory ? 0 : (budget ?? shareOf((await estimate()).quota)))
    },
    free: () => collect(0),
  }
}

function shareOf(quota: number | undefined): number {
  return quota === undefined ? defaultBudget : Math.min(quota * budgetShare, maxDefaultBudget)
}
