import {
  type FileRef,
  HomingError,
  type ListedPatch,
  type PatchedShard,
  type Patches,
} from '@homing/protocol'

import { faultPoint } from '../../faults/fault-point.ts'
import { keeperOf } from '../keeper-of.ts'
import { oneByOne } from '../one-by-one.ts'
import type { ContentStore } from '../ports.ts'
import type { BlobOptions } from '../receive-blob.ts'
import type { Repository } from '../repository.ts'
import { applyListed } from './apply-listed.ts'
import { cheapestPatch } from './cheapest-patch.ts'
import type { PatchReport } from './patch-report.ts'

/** Makes shards of a version of what the device holds of others. */
export interface ShardPatches {
  /**
   * The shard, verified; undefined where no patch is cheaper than the shard, or the patch failed: it is to be fetched
   * whole then. `onBytes` tells of as large a share of the shard as has come of the patch.
   * @throws HomingError ABORTED alone.
   */
  make(shard: FileRef, options?: BlobOptions): Promise<Uint8Array<ArrayBuffer> | undefined>
  report(): PatchReport
}

/** What patches are found and applied with. */
export interface ShardPatchesOptions {
  /** The version's list of patches, if it has one. Asked once, when the first shard is wanted. */
  readonly list: () => Promise<Patches | undefined>
  readonly repository: Repository
  readonly store: ContentStore
}

/** Patches for one download. Patches arrive side by side; one at a time is applied, so two shards at most are in memory. */
export function createShardPatches({ list, repository, store }: ShardPatchesOptions): ShardPatches {
  const inLine = oneByOne()
  let listed: Promise<ReadonlyMap<string, PatchedShard>> | undefined
  let report: PatchReport = { applied: 0, failed: 0, saved: 0 }

  const count = (): undefined => {
    report = { ...report, failed: report.failed + 1 }
  }
  const bySha256 = async (): Promise<ReadonlyMap<string, PatchedShard>> => {
    const { shards = [] } = (await list().catch(count)) ?? {}
    return new Map(shards.map((shard) => [shard.sha256, shard]))
  }
  const find = async (shard: FileRef): Promise<ListedPatch | undefined> => {
    listed ??= bySha256()
    const patched = (await listed).get(shard.sha256)
    return patched?.size === shard.size ? cheapestPatch(patched, store) : undefined
  }
  const fetchAndApply = async (patch: ListedPatch, shard: FileRef, options: BlobOptions) => {
    const { onBytes } = options
    const told = onBytes && ((received: number) => onBytes(Math.floor((received / patch.size) * shard.size)))
    const keeper = keeperOf(store, patch)
    const bytes = await repository.blob(patch, { ...options, onBytes: told, keeper })
    await keeper.drop() // what follows goes quickly, and the patch is of no use after it
    faultPoint('patch-fetched')
    const made = await inLine(() => applyListed(patch, bytes, shard, store))
    faultPoint('patch-applied')
    return made
  }

  return {
    report: () => report,
    async make(shard, options = {}) {
      try {
        const patch = await find(shard)
        if (!patch) return undefined
        const made = await fetchAndApply(patch, shard, options)
        report = {
          ...report,
          applied: report.applied + 1,
          saved: report.saved + shard.size - patch.size,
        }
        return made
      } catch (error) {
        if (options.signal?.aborted) throw HomingError.from(error, 'ABORTED')
        return count()
      }
    },
  }
}
