import { readFile } from 'node:fs/promises'

import { HomingError } from '@homing/protocol'
import { type Key, keyIdOf, publicKeyOfPem } from '@homing/tuf/repository'

import { changeMetadata } from './change-metadata.ts'
import { type KeyChange, keysMade } from './key-change.ts'
import type { RingKey } from './key-ring.ts'
import { keySession, type KeySessionOptions } from './key-session.ts'
import { requireOfflineRole, signatoriesOf, withSignatories } from './signatories.ts'

/** How a role gets one more key. */
export interface AddOptions extends KeySessionOptions {
  /** File of a public key in PEM that someone else made; without it a key is made here. */
  readonly publicKey?: string | undefined
  readonly threshold?: number | undefined
}

/** Lets one more key sign for root, targets or publisher: another publisher's, or a new one. */
export async function addKey(role: string, options: AddOptions): Promise<KeyChange> {
  const session = keySession(options)
  const offline = requireOfflineRole(role)
  const given = options.publicKey === undefined ? undefined : await publicKeyIn(options.publicKey)
  const made: RingKey[] = []
  const signed = await changeMetadata(session, async (state) => {
    const { keys, threshold } = signatoriesOf(state, offline)
    const added = given ? [given] : await keysMade(session, offline, 1, made)
    const known = new Set(keys.map(keyIdOf))
    const all = [...keys, ...added.filter((key) => !known.has(keyIdOf(key)))]
    if (all.length === keys.length && (options.threshold ?? threshold) === threshold) return state
    return withSignatories(state, offline, { keys: all, threshold: options.threshold ?? threshold })
  })
  return { signed, made, gone: [] }
}

async function publicKeyIn(path: string): Promise<Key> {
  const pem = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HomingError('KEY_INVALID', `The public key ${path} cannot be read`, { cause })
  })
  return publicKeyOfPem(pem)
}
