import type { InstalledVersion, ModelRecord } from '../../../store/store.ts'
import { maxRejections, sdkVersion } from '../../config.ts'
import { setId } from './set-id.ts'

/** The record once `installed` is on its way. */
export function asDownloading(record: ModelRecord, installed: InstalledVersion): ModelRecord {
  return { ...record, downloading: installed }
}

/** The record once all bytes of `installed` are there. */
export function asStaged(
  { downloading: _, ...record }: ModelRecord,
  installed: InstalledVersion,
): ModelRecord {
  return { ...record, staged: installed }
}

/**
 * The record once `installed` serves; what served before stays as the last good version, unless the repository withdrew
 * it or only its parameter set changed. A version is on trial until it has answered its first predictions, but for one that was gone back to.
 */
export function asActive(before: ModelRecord, installed: InstalledVersion, withdrawn = false): ModelRecord {
  const record = arrived(before, installed)
  const { active, lastGood, trial: _, declined: __, ...rest } = record
  if (isSame(active, installed)) return record
  const left = active?.manifestSha256 === installed.manifestSha256 ? undefined : active
  const good = left && !withdrawn ? left : isSame(lastGood, installed) ? undefined : lastGood
  return {
    ...rest,
    active: installed,
    ...(good ? { lastGood: good } : {}),
    ...(isSame(lastGood, installed) ? {} : { trial: installed.manifestSha256 }),
  }
}

/** The record once `installed` has answered its first predictions. */
export function asProven(record: ModelRecord, { manifestSha256 }: InstalledVersion): ModelRecord {
  const { trial, ...rest } = record
  return trial === manifestSha256 ? rest : record
}

/** The record once `installed` is not to be taken again by itself. */
export function asDeclined(record: ModelRecord, installed: InstalledVersion): ModelRecord {
  return { ...arrived(record, installed), declined: installed.manifestSha256 }
}

/**
 * The record once the last good version serves again in the place of `left`; the same where another tab has moved on. With
 * `declined` the version that was left is not taken again by itself.
 */
export function asRolledBack(record: ModelRecord, left: InstalledVersion, declined: boolean): ModelRecord {
  const { active, lastGood, trial: _, declined: __, ...rest } = record
  if (!lastGood || !isSame(active, left)) return record
  return { ...rest, active: lastGood, ...(declined ? { declined: left.manifestSha256 } : {}) }
}

/** The record once `version` is pinned, or with null none. */
export function asPinned({ pinned: _, ...record }: ModelRecord, version: string | null): ModelRecord {
  return version === null ? record : { ...record, pinned: version }
}

/** The record once backends have failed the probes of a version, by the keys of those failures; the version is untouched. */
export function asQuarantined(record: ModelRecord, failures: ModelRecord['rejected']): ModelRecord {
  return { ...record, rejected: { ...record.rejected, ...failures } }
}

/**
 * The record once `installed` has failed here, by the keys of its failures. Those of another SDK say nothing any more, and of
 * the others the latest are kept.
 */
export function asRejected(
  record: ModelRecord,
  installed: InstalledVersion,
  failures: ModelRecord['rejected'],
): ModelRecord {
  const before = Object.entries(record.rejected).filter(
    ([key]) => key.split(' ')[1] === sdkVersion && !Object.hasOwn(failures, key),
  )
  const rejected = [...before, ...Object.entries(failures)].slice(-maxRejections)
  return { ...arrived(record, installed), rejected: Object.fromEntries(rejected) }
}

/** The record without `installed` on its way. Another version there is another tab's, whose files must be kept. */
function arrived(
  { downloading, staged, ...record }: ModelRecord,
  { manifestSha256 }: InstalledVersion,
): ModelRecord {
  return {
    ...record,
    ...(downloading && downloading.manifestSha256 !== manifestSha256 ? { downloading } : {}),
    ...(staged && staged.manifestSha256 !== manifestSha256 ? { staged } : {}),
  }
}

/** Versions on the device that may serve at once, best first. */
export function servable(record: ModelRecord | undefined, pinned: string | undefined): InstalledVersion[] {
  const all = [record?.active, record?.lastGood, record?.staged].filter(
    (installed) => installed !== undefined,
  )
  return pinned === undefined ? all : all.filter(({ version }) => version === pinned)
}

function isSame(a: InstalledVersion | undefined, b: InstalledVersion | undefined): boolean {
  return (a && setId(a)) === (b && setId(b))
}
