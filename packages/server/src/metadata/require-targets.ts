import { isDeepStrictEqual } from 'node:util'

import { HomingError, ModelNameSchema } from '@homing/protocol'
import { federatedModel, ruleOf, type Targets } from '@homing/tuf/repository'
import * as v from 'valibot'

import { requireOnline } from './require-root.ts'

/**
 * Requires that targets delegates as the table of roles has it and lists nothing itself: to publisher and rollouts, and
 * to the federated role of any model; whatever is signed online by this server's keys.
 * @throws HomingError METADATA_INVALID.
 */
export function requireTargets({ targets, delegations }: Targets, onlineKeyIds: readonly string[]): void {
  if (Object.keys(targets).length > 0) refuse('lists files itself; publisher does')
  const roles = delegations?.roles ?? []
  for (const name of ['publisher', 'rollouts'])
    if (!roles.some((role) => role.name === name)) refuse(`does not delegate to ${name}`)
  for (const { name, paths, terminating, keyids, threshold } of roles) {
    const rule = isDelegated(name) ? ruleOf(name) : undefined
    if (!rule) refuse(`delegates to "${name}", which no one serves`)
    if (!terminating || !isDeepStrictEqual(paths, [...rule.paths!]))
      refuse(`must let ${name} vouch for ${rule.paths!.join(', ')}, and end there`)
    if (rule.holder === 'online') requireOnline(name, { keyids, threshold }, onlineKeyIds)
  }
}

function isDelegated(name: string): boolean {
  return name === 'publisher' || name === 'rollouts' || v.is(ModelNameSchema, federatedModel(name))
}

function refuse(problem: string): never {
  throw new HomingError('METADATA_INVALID', `The targets document ${problem}.`)
}
