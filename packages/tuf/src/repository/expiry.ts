import { HomingError } from '@homing/protocol'

import { ruleOf } from './roles.ts'

const day = 86_400_000

/** When what a role signs now expires, as metadata says it; `now` in milliseconds since the epoch. */
export function expiryOf(role: string, now: number, days = daysOf(role)): string {
  return new Date(now + days * day).toISOString().replace(/\.\d+/, '')
}

function daysOf(role: string): number {
  const rule = ruleOf(role)
  if (!rule) throw new HomingError('CONFIG_INVALID', `There is no role "${role}"`)
  return rule.days
}
