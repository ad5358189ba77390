import { HomingError, type Rollout } from '@homing/protocol'

/**
 * `rollout`, unless the device has accepted a later one: a stale cache or an attacker must not bring old versions back.
 * @throws HomingError ROLLOUT_INVALID.
 */
export function acceptRevision(rollout: Rollout, lastAccepted: number | undefined): Rollout {
  if (lastAccepted === undefined || rollout.revision >= lastAccepted) return rollout
  throw new HomingError(
    'ROLLOUT_INVALID',
    `The rollout of ${rollout.model} has revision ${rollout.revision}, older than ${lastAccepted}, which this device has seen. If the server was set up anew, clear the site's data.`,
    { details: { revision: rollout.revision, lastAccepted } },
  )
}
