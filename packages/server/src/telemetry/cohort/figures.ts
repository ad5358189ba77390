import { mergeRollups, type RollupBody } from '@homing/stats'

import { rollupsPerStep } from '../../config.ts'
import type { RollupHead, RollupRepository } from '../../repositories/rollup-repository.ts'
import { overloaded } from '../commit-queue.ts'
import { dayOf } from '../hours.ts'
import { cohortOf, type CohortSize } from './cohort-of.ts'
import { type Release, releasesOf } from './releases.ts'

/** By what figures are told apart, beside app and model. */
export const divisions = ['version', 'variant', 'backend', 'browser', 'slice', 'day', 'release'] as const
export type Division = (typeof divisions)[number]

/** Which figures are asked for. */
export interface FigureQuery {
  readonly app?: string | undefined
  readonly model?: string | undefined
  readonly version?: string | undefined
  readonly variant?: string | undefined
  readonly backend?: string | undefined
  readonly browser?: string | undefined
  readonly slice?: string | undefined
  /** Hours since the epoch: of releases that end after `from` and not after `to`; what they tell of may begin before. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly by: readonly Division[]
}

/** What devices told, of a whole cohort at least. */
export interface Figure extends CohortSize, Partial<Omit<Release, 'heads'>> {
  readonly app: string
  readonly model: string
  readonly from: number
  readonly to: number
  readonly batches: number
  readonly body: RollupBody
}

/** Figures one after the other, made of whole releases. @param one whether a cohort of one suffices. */
export async function* figuresOf(
  rollups: RollupRepository,
  query: FigureQuery,
  one: boolean,
): AsyncGenerator<Figure> {
  const { variant, backend, browser, slice, from = -Infinity, to = Infinity, by } = query
  const asked = Object.entries({ variant, backend, browser, slice }).filter(
    ([, value]) => value !== undefined,
  )
  const groups = new Map<string, Release[]>()
  for (const release of await releasesOf(rollups, query, one)) {
    if (release.to <= from || release.to > to) continue
    if (!asked.every(([name, value]) => release[name as 'variant'] === value)) continue
    const parts = by.map((division) => partOf(release, division))
    const name = JSON.stringify([release.app, release.model, ...parts])
    const same = groups.get(name)
    if (same) same.push(release)
    else groups.set(name, [release])
  }
  for (const releases of groups.values()) yield figureOf(rollups, releases, by)
}

function partOf(release: Release, division: Division): string | number {
  if (division === 'day') return dayOf(release.to - 1)
  return division === 'release'
    ? `${release.heads[0]!.release} ${release.from} ${kindOf(release)}`
    : release[division]
}

function kindOf({ variant, backend, browser, slice, version }: Release): string {
  return JSON.stringify([version, variant, backend, browser, slice])
}

async function figureOf(
  rollups: RollupRepository,
  releases: readonly Release[],
  by: readonly Division[],
): Promise<Figure> {
  const heads = releases.flatMap((release) => release.heads)
  const [first] = releases as [Release]
  const shown = by.includes('release')
    ? (['version', 'variant', 'backend', 'browser', 'slice'] as const)
    : by.filter((division) => division !== 'day' && division !== 'release')
  return {
    app: first.app,
    model: first.model,
    ...Object.fromEntries(shown.map((division) => [division, first[division]])),
    from: Math.min(...releases.map(({ from }) => from)),
    to: Math.max(...releases.map(({ to }) => to)),
    ...cohortOf(heads),
    batches: heads.reduce((sum, { batches }) => sum + batches, 0),
    body: await mergedBody(rollups, heads),
  }
}

async function mergedBody(rollups: RollupRepository, heads: readonly RollupHead[]): Promise<RollupBody> {
  let merged: RollupBody | undefined
  for (let from = 0; from < heads.length; from += rollupsPerStep) {
    const part = heads.slice(from, from + rollupsPerStep)
    const found = await rollups.find(part)
    // Never part of a release: down-sampling has put others in the place of some since they were listed.
    if (found.length < part.length) throw overloaded('The figures changed while they were read.')
    for (const { body } of found) {
      const parsed = JSON.parse(body) as RollupBody
      merged = merged ? mergeRollups(merged, parsed) : parsed
    }
  }
  return merged!
}
