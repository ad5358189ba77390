import { federatedModel, keyIdOf, ruleOf } from '@homing/tuf/repository'

import { table } from '../table.ts'
import { keySession, type KeySessionOptions } from './key-session.ts'
import { finishPending } from './pending.ts'
import { type RepositoryState, repositoryState } from './repository-state.ts'
import { rolesOf, signatoriesOf } from './signatories.ts'

/** A role, and whose signatures it needs. */
export interface ShownRole {
  readonly role: string
  readonly threshold: number
  /** When what is signed expires; absent for what the server signs again by itself. */
  readonly expires?: string
  readonly keys: readonly { readonly keyId: string; readonly type: string; readonly source?: string }[]
}

/** What is shown of the keys of a repository: public halves alone. */
export interface ShownKeys {
  readonly version: number
  readonly roles: readonly ShownRole[]
  /** The newest root, byte for byte. */
  readonly rootBytes: Uint8Array<ArrayBuffer>
}

/** The roles of the repository, whose keys sign them, and which of them are at hand. */
export async function showKeys(options: KeySessionOptions): Promise<ShownKeys> {
  const session = keySession(options)
  await finishPending(session.api, session.folder)
  const state = await repositoryState(session.api, await session.trusted())
  const sources = new Map((await session.ring()).map(({ signer, source }) => [signer.keyId, source]))
  const roles = rolesOf(state).map((role): ShownRole => {
    const { keys, threshold } = signatoriesOf(state, role)
    const expires = expiryIn(state, role)
    return {
      role,
      threshold,
      ...(expires === undefined ? {} : { expires }),
      keys: keys.map((key) => {
        const source = sources.get(keyIdOf(key))
        return { keyId: keyIdOf(key), type: key.keytype, ...(source === undefined ? {} : { source }) }
      }),
    }
  })
  return { version: state.root.version, roles, rootBytes: state.rootBytes }
}

/** The same in lines for people. */
export function describeKeys({ roles }: ShownKeys): string[] {
  return table([
    ['ROLE', 'NEEDS', 'KEY', 'TYPE', 'EXPIRES', 'WHERE'],
    ...roles.flatMap(({ role, threshold, expires, keys }) =>
      keys.map(({ keyId, type, source }, at) => [
        at === 0 ? role : '',
        at === 0 ? `${threshold} of ${keys.length}` : '',
        keyId.slice(0, shownDigits),
        type,
        at === 0 ? (expires ?? '') : '',
        source ??
          (ruleOf(role)?.holder === 'online' || federatedModel(role) !== undefined ? 'the server' : ''),
      ]),
    ),
  ])
}

/** As many digits of a key id as tell keys apart for people. */
export const shownDigits = 16

function expiryIn({ root, targets, publisher }: RepositoryState, role: string): string | undefined {
  const documents: Readonly<Record<string, { readonly expires: string }>> = { root, targets, publisher }
  return documents[role]?.expires
}
