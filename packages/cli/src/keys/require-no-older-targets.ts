import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { HomingError } from '@homing/protocol'
import { readDocument } from '@homing/tuf/repository'

import { isSigned, type RepositoryState } from './repository-state.ts'

/**
 * Requires that the server's targets document is no older than the one that this machine sent last. An older one is rightly
 * signed, too; who signed on top of it would let keys count again that were revoked since.
 * @throws HomingError METADATA_ROLLBACK
 */
export async function requireNoOlderTargets(
  folder: string,
  { root, targets }: RepositoryState,
): Promise<void> {
  const file = join(folder, 'targets.json')
  const bytes = await readFile(file).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new HomingError('CONFIG_INVALID', `The targets document ${file} cannot be read`, { cause })
  })
  if (!bytes || !(await isSigned(bytes, 'targets', root))) return // its keys were replaced, so older ones are unsigned, too
  const { version } = readDocument('targets', bytes)
  if (targets.version >= version) return
  throw new HomingError(
    'METADATA_ROLLBACK',
    `The server has targets ${targets.version}; this machine sent ${version} already. Is it the right server? If it was put back to an old copy on purpose, remove ${file}.`,
  )
}
