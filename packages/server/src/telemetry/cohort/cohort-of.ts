import type { Cohort } from '../../config.ts'
import type { RollupHead } from '../../repositories/rollup-repository.ts'
import { dayOf } from '../hours.ts'

/** How many devices rollups may be of. */
export interface CohortSize {
  /** `first` marks: each is of one device on one day. */
  readonly marks: number
  /** Different days with marks. */
  readonly days: number
  /** The most marks of one day, hence of that many different devices, if all are honest. */
  readonly devices: number
}

/** The cohort of rollups together. */
export function cohortOf(heads: readonly RollupHead[]): CohortSize {
  const byDay = new Map<number, number>()
  for (const { hour, marks } of heads)
    if (marks > 0) byDay.set(dayOf(hour), (byDay.get(dayOf(hour)) ?? 0) + marks)
  const all = [...byDay.values()]
  return { marks: all.reduce((sum, marks) => sum + marks, 0), days: all.length, devices: Math.max(0, ...all) }
}

/** Whether a cohort is large enough to be shown. */
export function suffices(size: CohortSize, least: Cohort): boolean {
  return size.marks >= least.marks && size.days >= least.days
}
