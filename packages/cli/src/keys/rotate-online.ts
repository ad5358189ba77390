import { keyIdOf } from '@homing/tuf/repository'

import { changeMetadata } from './change-metadata.ts'
import type { KeyChange } from './key-change.ts'
import { keySession, type KeySessionOptions } from './key-session.ts'
import { renewOnlineKey } from './metadata-api.ts'
import { onlineRolesOf, signatoriesOf, withSignatories } from './signatories.ts'

/**
 * Has the server make a new key, and names it in root (snapshot, timestamp) and targets (rollouts, federated roles) in the
 * place of those before. A server whose key comes from its settings has to be given a new one there first.
 */
export async function rotateOnline(options: KeySessionOptions): Promise<KeyChange> {
  const session = keySession(options)
  await session.trusted() // no new key for one who cannot sign for it
  const { onlineKey, onlineKeyId } = await renewOnlineKey(session.api)
  let gone: string[] = []
  const signed = await changeMetadata(session, (state) => {
    const old = onlineRolesOf(state).flatMap((role) => signatoriesOf(state, role).keys.map(keyIdOf))
    const others = [...new Set(old)].filter((id) => id !== onlineKeyId)
    if (others.length === 0) return state
    gone = others
    return onlineRolesOf(state).reduce(
      (documents, role) => withSignatories(documents, role, { keys: [onlineKey], threshold: 1 }),
      state,
    )
  })
  return { signed, made: [], gone }
}
