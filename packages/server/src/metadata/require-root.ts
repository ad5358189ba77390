import { HomingError } from '@homing/protocol'
import { keysOfRole, type RoleKeys, type Root } from '@homing/tuf/repository'

/**
 * Requires of a root that this server can serve below it: with consistent snapshots, signing by its own keys.
 * @throws HomingError METADATA_INVALID.
 */
export function requireRoot(root: Root, onlineKeyIds: readonly string[]): void {
  if (root.consistent_snapshot !== true)
    throw new HomingError('METADATA_INVALID', 'The root needs consistent_snapshot: true.')
  for (const role of ['snapshot', 'timestamp'])
    requireOnline(role, keysOfRole(role, root).roleKeys, onlineKeyIds)
}

/** @throws HomingError METADATA_INVALID when the server's own keys are too few for a role. */
export function requireOnline(
  role: string,
  { keyids, threshold }: RoleKeys,
  onlineKeyIds: readonly string[],
): void {
  if (keyids.filter((id) => onlineKeyIds.includes(id)).length >= threshold) return
  throw new HomingError(
    'METADATA_INVALID',
    `This server has too few of the keys that sign ${role}: GET /v1/metadata tells its own.`,
    { details: { role, onlineKeyIds } },
  )
}
