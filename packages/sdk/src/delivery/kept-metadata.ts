import { HomingError } from '@homing/protocol'
import { type MetadataStore, trustRoot } from '@homing/tuf'

import type { MetadataRecords } from './ports.ts'

/**
 * The metadata that the device keeps, by role. Trust begins with `root`, which came with the app, until a later one was
 * kept; one that the disk has spoiled is passed over, and the way from the app's is gone once more.
 * @throws HomingError CONFIG_INVALID when `root` is none.
 */
export function keptMetadata(records: MetadataRecords, root: Uint8Array<ArrayBuffer>): MetadataStore {
  const read = (role: string) => records.readMetadata(nameOf(role))
  return {
    async read(role) {
      const kept = await read(role)
      if (role !== 'root') return kept
      if (kept && (await isRoot(kept))) return kept
      if (await isRoot(root)) return root
      throw new HomingError(
        'CONFIG_INVALID',
        '`root` is not signed by the keys that it names. Print it anew with `homing keys show --root`.',
      )
    },
    write: (role, bytes) => records.writeMetadata(nameOf(role), bytes),
  }
}

const nameOf = (role: string): string => `metadata/${role}`

function isRoot(bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return trustRoot(bytes, 0).then(
    () => true,
    () => false,
  )
}
