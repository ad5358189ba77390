import { HomingError } from '@homing/protocol'

import type { QueueOptions } from './call-options.ts'
import type { ModelOptions } from './options-api.ts'
import { updatePolicies } from './update-policy.ts'

/** @throws HomingError CONFIG_INVALID naming the option. */
export function checkModelOptions(options: ModelOptions): void {
  checkUpdates(options.updates)
  checkQueue(options)
}

/** @throws HomingError CONFIG_INVALID for what is no update policy. */
export function checkUpdates(updates: unknown): void {
  if (updates === undefined || (updatePolicies as readonly unknown[]).includes(updates)) return
  const names = updatePolicies.map((name) => `"${name}"`).join(', ')
  refuse(`\`updates\` must be one of ${names}, not ${JSON.stringify(updates)}`)
}

/** @throws HomingError CONFIG_INVALID naming the option. */
export function checkQueue({ batching, queueLimit = 1, cache }: QueueOptions): void {
  if (!isWhole(queueLimit)) refuse('`queueLimit` must be a whole number, 1 or more')
  if (batching !== undefined && batching !== false) {
    if (typeof batching !== 'object' || (batching as unknown) === null)
      refuse('`batching` must be limits, or false')
    const { maxSize = 1, maxWait = 0 } = batching
    if (!isWhole(maxSize)) refuse('`batching.maxSize` must be a whole number, 1 or more')
    if (!(Number.isFinite(maxWait) && maxWait >= 0))
      refuse('`batching.maxWait` must be milliseconds, 0 or more')
  }
  const { entries = 1 } = typeof cache === 'object' ? cache : {}
  if (!isWhole(entries)) refuse('`cache.entries` must be a whole number, 1 or more')
}

const isWhole = (value: number): boolean => Number.isInteger(value) && value >= 1

function refuse(problem: string): never {
  throw new HomingError('CONFIG_INVALID', `${problem}.`)
}
