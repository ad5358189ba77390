import type { GuardHit } from '@homing/pipeline/guards'

/** What the guards of a version made of a sample. */
export interface GuardReport {
  /**
   * `abstained`: the sample has no answer. `fallback`: its answer is the declared fallback's. `marked`: its answer is the
   * model's, to be taken with care.
   */
  readonly outcome: 'abstained' | 'fallback' | 'marked'
  /** The guards that were not kept. */
  readonly hits: readonly GuardHit[]
}

/** What weighs most of what `hits` ask for: no answer before another's, another's before one that is marked. */
export function reportOf(hits: readonly GuardHit[]): GuardReport | undefined {
  if (hits.length === 0) return undefined
  const asked = new Set(hits.map(({ then }) => then))
  const outcome = asked.has('abstain') ? 'abstained' : asked.has('fallback') ? 'fallback' : 'marked'
  return { outcome, hits }
}
