import { HomingError } from '@homing/protocol'

/** Refuses metadata whose time is over (specification 5.3.10, 5.4.4, 5.5.6, 5.6.5): a repository may be frozen. */
export function requireFresh(role: string, { expires }: { readonly expires: string }, now: number): void {
  if (Date.parse(expires) > now) return
  throw new HomingError('METADATA_EXPIRED', `${role} expired at ${expires}`, { details: { role, expires } })
}

/** METADATA_ROLLBACK: a version is older than what is trusted already, or not the next. */
export function noRollback(role: string, version: number, least: number): HomingError {
  return new HomingError('METADATA_ROLLBACK', `${role} is version ${version}; it must be ${least} or later`, {
    details: { role, version, least },
  })
}
