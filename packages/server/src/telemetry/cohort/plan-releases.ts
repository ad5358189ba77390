import { type Cohort, cohortPatienceHours } from '../../config.ts'
import type { RollupHead } from '../../repositories/rollup-repository.ts'
import { cohortOf, suffices } from './cohort-of.ts'

/**
 * What can be released of unreleased rollups of one app, model and version, at the hour `present`: rollups of hours that are
 * over, each kind (variant, backend, browser, slice) by itself where its cohort suffices; all other kinds together where
 * theirs does and they waited long enough. What is left waits for more: so its window widens.
 *
 * Every rollup is in one release at most, and every release has a whole cohort. Whatever is shown is a sum of whole
 * releases, so two figures, however they are asked for, never differ by less than a cohort.
 */
export function planReleases(heads: readonly RollupHead[], least: Cohort, present: number): RollupHead[][] {
  const kinds = new Map<string, RollupHead[]>()
  for (const head of heads) {
    if (head.hour + head.span > present) continue
    const kind = JSON.stringify([head.variant, head.backend, head.browser, head.slice])
    const same = kinds.get(kind)
    if (same) same.push(head)
    else kinds.set(kind, [head])
  }
  const releases: RollupHead[][] = []
  const rest: RollupHead[] = []
  for (const same of kinds.values()) {
    if (suffices(cohortOf(same), least)) releases.push(same)
    else rest.push(...same)
  }
  const waited = present - rest.reduce((oldest, { hour }) => Math.min(oldest, hour), present)
  if (waited >= cohortPatienceHours && suffices(cohortOf(rest), least)) releases.push(rest)
  return releases
}
