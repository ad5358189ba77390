import type { InstalledVersion, ModelRecord } from '../../store/store.ts'
import { sdkVersion } from '../config.ts'

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

/** The record once `installed` serves; what served before stays as the last good version. */
export function asActive(before: ModelRecord, installed: InstalledVersion): ModelRecord {
  const record = arrived(before, installed)
  const { active } = record
  const replaced = active !== undefined && active.manifestSha256 !== installed.manifestSha256
  return { ...record, active: installed, ...(replaced ? { lastGood: active } : {}) }
}

/** The record once `version` is pinned, or with null none. */
export function asPinned({ pinned: _, ...record }: ModelRecord, version: string | null): ModelRecord {
  return version === null ? record : { ...record, pinned: version }
}

/** The record once `installed` has failed on every backend of this device. */
export function asRejected(
  record: ModelRecord,
  installed: InstalledVersion,
  failure: { code: string; reason: string },
): ModelRecord {
  const key = rejectionKey(installed.manifestSha256)
  return { ...arrived(record, installed), rejected: { ...record.rejected, [key]: failure } }
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

/** What a rejection hangs on: another manifest or SDK is tried again. */
export function rejectionKey(manifestSha256: string): string {
  return `${manifestSha256} ${sdkVersion}`
}

/** Versions on the device that may serve at once, best first. */
export function servable(record: ModelRecord | undefined, pinned: string | undefined): InstalledVersion[] {
  const all = [record?.active, record?.lastGood, record?.staged].filter(
    (installed) => installed !== undefined,
  )
  return pinned === undefined ? all : all.filter(({ version }) => version === pinned)
}
