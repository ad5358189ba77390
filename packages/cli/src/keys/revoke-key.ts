import { HomingError } from '@homing/protocol'
import { keyIdOf } from '@homing/tuf/repository'

import { type ChangedDocuments, changeMetadata } from './change-metadata.ts'
import { type KeyChange, keysMade } from './key-change.ts'
import type { RingKey } from './key-ring.ts'
import { keySession, type KeySessionOptions } from './key-session.ts'
import type { RepositoryState } from './repository-state.ts'
import { keyIdBy, onlineRolesOf, rolesOf, signatoriesOf, withSignatories } from './signatories.ts'

/**
 * Takes a key away from every role, as after it was stolen. A role that would be left with too few keys gets a new one.
 * @throws HomingError CONFIG_INVALID when it is the server's own: that is rotated
 */
export async function revokeKey(prefix: string, options: KeySessionOptions): Promise<KeyChange> {
  const session = keySession(options)
  const made = new Map<string, RingKey[]>()
  let gone = ''
  const change = async (state: RepositoryState): Promise<ChangedDocuments> => {
    gone ||= keyIdBy(state, prefix) // made again, a part of the change may be there already
    let documents = state
    for (const role of rolesOf(state)) {
      const { keys, threshold } = signatoriesOf(documents, role)
      const kept = keys.filter((key) => keyIdOf(key) !== gone)
      if (kept.length === keys.length) continue
      if (onlineRolesOf(state).includes(role))
        throw new HomingError(
          'CONFIG_INVALID',
          `The server signs with ${gone}. Run "homing keys rotate online".`,
        )
      const keysOfNew = made.get(role) ?? []
      made.set(role, keysOfNew)
      const fresh = await keysMade(session, role, Math.max(0, threshold - kept.length), keysOfNew)
      documents = withSignatories(documents, role, { keys: [...kept, ...fresh], threshold })
    }
    return documents
  }
  const signed = await changeMetadata(session, change, { stolen: true })
  return { signed, made: [...made.values()].flat(), gone: [gone] }
}
