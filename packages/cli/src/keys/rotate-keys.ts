import { HomingError } from '@homing/protocol'
import { keyIdOf } from '@homing/tuf/repository'

import { changeMetadata } from './change-metadata.ts'
import { type KeyChange, keysMade } from './key-change.ts'
import type { RingKey } from './key-ring.ts'
import { keySession, type KeySessionOptions } from './key-session.ts'
import { requireOfflineRole, signatoriesOf, withSignatories } from './signatories.ts'

/** How keys are replaced. */
export interface RotateOptions extends KeySessionOptions {
  /** Replaces every key of the role, not only those at hand. */
  readonly all?: boolean | undefined
  /** How many must sign from now on; without it, as many as before. */
  readonly threshold?: number | undefined
}

/**
 * Replaces the keys of root, targets or publisher that are at hand by new ones.
 * @throws HomingError KEY_MISSING when none is at hand, or too few to sign the change
 */
export async function rotateKeys(role: string, options: RotateOptions): Promise<KeyChange> {
  const session = keySession(options)
  const offline = requireOfflineRole(role)
  const atHand = new Set((await session.ring()).map(({ signer }) => signer.keyId))
  const made: RingKey[] = []
  let gone: string[] = []
  const signed = await changeMetadata(session, async (state) => {
    const { keys, threshold } = signatoriesOf(state, offline)
    const mine = new Set(made.map(({ signer }) => signer.keyId))
    const old = keys.filter((key) => (options.all || atHand.has(keyIdOf(key))) && !mine.has(keyIdOf(key)))
    if (old.length === 0 && mine.size > 0) return state // made again, this part of the change is there already
    if (old.length === 0)
      throw new HomingError(
        'KEY_MISSING',
        `No key of ${offline} is in ${session.folder}; --all replaces them all`,
      )
    gone = old.map(keyIdOf)
    const kept = keys.filter((key) => !old.includes(key))
    const fresh = await keysMade(session, offline, old.length, made)
    return withSignatories(state, offline, {
      keys: [...kept, ...fresh],
      threshold: options.threshold ?? threshold,
    })
  })
  return { signed, made, gone }
}
