import type { RollupFilter, RollupHead, RollupRepository } from '../../repositories/rollup-repository.ts'

/** Stands where the rollups of a release differ. */
export const several = '(several)'

/** What is shown as a whole or not at all. */
export interface Release {
  readonly app: string
  readonly model: string
  readonly version: string
  readonly variant: string
  readonly backend: string
  readonly browser: string
  readonly slice: string
  /** Hours since the epoch: the first that it tells of, and the first that it does not. */
  readonly from: number
  readonly to: number
  readonly heads: readonly RollupHead[]
}

/**
 * The releases of an app, model and version, the earliest first.
 * @param one whether a cohort of one suffices: then every rollup is shown by itself, and as soon as it is there.
 */
export async function releasesOf(
  rollups: RollupRepository,
  { app, model, version }: RollupFilter,
  one: boolean,
): Promise<Release[]> {
  const heads = await rollups.heads({ app, model, version, ...(one ? {} : { released: true }) })
  if (one) return heads.map((head) => releaseOf([head])).sort((a, b) => a.to - b.to)
  const byNumber = new Map<number, RollupHead[]>()
  for (const head of heads) {
    const same = byNumber.get(head.release)
    if (same) same.push(head)
    else byNumber.set(head.release, [head])
  }
  return [...byNumber.values()].map(releaseOf).sort((a, b) => a.to - b.to)
}

function releaseOf(heads: readonly RollupHead[]): Release {
  const same = (name: 'variant' | 'backend' | 'browser' | 'slice'): string =>
    heads.every((head) => head[name] === heads[0]![name]) ? heads[0]![name] : several
  const { app, model, version } = heads[0]!
  return {
    app,
    model,
    version,
    variant: same('variant'),
    backend: same('backend'),
    browser: same('browser'),
    slice: same('slice'),
    from: Math.min(...heads.map(({ hour }) => hour)),
    to: Math.max(...heads.map(({ hour, span }) => hour + span)),
    heads,
  }
}
