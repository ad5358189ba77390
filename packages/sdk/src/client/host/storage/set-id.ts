import type { InstalledVersion } from '../../../store/store.ts'

/**
 * Names a parameter set of a version, which may fail where others of the same version do not: the hash of the manifest, and
 * the precision where the version carries several.
 */
export function setId({ manifestSha256, precision }: Omit<InstalledVersion, 'version'>): string {
  return precision === undefined ? manifestSha256 : `${manifestSha256}~${precision}`
}
