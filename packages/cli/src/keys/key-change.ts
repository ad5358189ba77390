import type { Key } from '@homing/tuf/repository'

import { createKey } from './key-files.ts'
import type { RingKey } from './key-ring.ts'
import type { KeySession } from './key-session.ts'
import type { OfflineRole } from './metadata-api.ts'

/** What a change of keys did. */
export interface KeyChange {
  /** Roles whose metadata got a new version. */
  readonly signed: readonly OfflineRole[]
  /** New private keys beside the others. */
  readonly made: readonly RingKey[]
  /** Ids of the keys that sign no longer. */
  readonly gone: readonly string[]
}

/** As many keys as asked for; of an attempt that was lost, those that it made are used again. */
export async function keysMade(
  session: KeySession,
  role: string,
  count: number,
  made: RingKey[],
): Promise<Key[]> {
  while (made.length < count) made.push(await createKey(session.folder, role, session.type))
  return made.slice(0, count).map(({ signer }) => signer.key)
}
