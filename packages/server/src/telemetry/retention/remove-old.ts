import { setImmediate as nextTurn } from 'node:timers/promises'

import { batchesPerErasure } from '../../config.ts'
import type { BatchRepository } from '../../repositories/batch-repository.ts'
import type { RollupHead, RollupRepository } from '../../repositories/rollup-repository.ts'

/** Removes what ended before the hour `before`: releases as a whole, so that no figure ever changes by a part of one. */
export async function removeOldRollups(rollups: RollupRepository, before: number): Promise<void> {
  const old = await rollups.heads({ before })
  const ended = (head: RollupHead): boolean => head.hour + head.span <= before
  for (const head of old.filter((one) => one.release === 0 && ended(one)))
    await rollups.change({ removed: [head], written: [] })
  for (const release of new Set(old.map((one) => one.release))) {
    const heads = release === 0 ? [] : await rollups.heads({ release })
    if (heads.every(ended)) await rollups.change({ removed: heads, written: [] })
  }
}

/** Erases bodies and forgets ids of batches that came long ago, a piece at a time, so that others have their turn. */
export async function removeOldBatches(
  batches: BatchRepository,
  { bodiesBefore, idsBefore }: { bodiesBefore: number; idsBefore: number },
): Promise<void> {
  while ((await batches.eraseBodies(bodiesBefore, batchesPerErasure)) === batchesPerErasure) await nextTurn()
  while ((await batches.forget(idsBefore, batchesPerErasure)) === batchesPerErasure) await nextTurn()
}
