import type { ModelRecord } from './store.ts'

/** Hashes of the manifests that a record leads to, which are kept whatever the budget. */
export function rootsOf(record: ModelRecord): string[] {
  const { active, lastGood, staged, downloading, personalised } = record
  return [active, lastGood, staged, downloading, personalised].flatMap((installed) =>
    installed ? [installed.manifestSha256] : [],
  )
}
