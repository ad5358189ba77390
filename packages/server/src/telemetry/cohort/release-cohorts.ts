import type { Cohort } from '../../config.ts'
import type { RollupHead, RollupRepository } from '../../repositories/rollup-repository.ts'
import { planReleases } from './plan-releases.ts'

/** Releases what may be shown from now on. What others change meanwhile is left to the next look. */
export async function releaseCohorts(
  rollups: RollupRepository,
  least: Cohort,
  present: number,
): Promise<void> {
  const versions = new Map<string, RollupHead[]>()
  for (const head of await rollups.heads({ released: false })) {
    const name = JSON.stringify([head.app, head.model, head.version])
    const same = versions.get(name)
    if (same) same.push(head)
    else versions.set(name, [head])
  }
  for (const heads of versions.values()) {
    const [{ app, model, version }] = heads as [RollupHead]
    for (const release of planReleases(heads, least, present))
      await rollups.release(release, { app, model, version })
  }
}
