import { HomingError } from '@homing/protocol'
import { type MetadataStore, trustRoot } from '@homing/tuf'

import type { MetadataRecords } from './ports.ts'

/**
 * The metadata that the device keeps, by role. Trust begins with `root`, which came with the app, until a later one was
 * kept; one that the disk has spoiled, or that is older than the app's, is passed over.
 * @throws HomingError CONFIG_INVALID when `root` is none.
 */
export function keptMetadata(records: MetadataRecords, root: Uint8Array<ArrayBuffer>): MetadataStore {
  const read = (role: string) => records.readMetadata(nameOf(role))
  return {
    async read(role) {
      const kept = await read(role)
      if (role !== 'root') return kept
      const shipped = await versionOf(root)
      if (shipped === undefined)
        throw new HomingError(
          'CONFIG_INVALID',
          '`root` is not signed by the keys that it names. Print it anew with `homing keys show --root`.',
        )
      return kept && ((await versionOf(kept)) ?? 0) > shipped ? kept : root
    },
    write: (role, bytes) => records.writeMetadata(nameOf(role), bytes),
  }
}

const nameOf = (role: string): string => `metadata/${role}`

/** Undefined for what is no root, or not signed by its own keys. */
function versionOf(root: Uint8Array<ArrayBuffer>): Promise<number | undefined> {
  return trustRoot(root, 0).then(
    (trusted) => trusted.root.version,
    () => undefined,
  )
}
