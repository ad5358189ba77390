import { HomingError } from '@homing/protocol'
import {
  keysOfRole,
  renewed,
  type Root,
  type Signer,
  signMetadata,
  type Targets,
} from '@homing/tuf/repository'

import { conflictAttempts } from '../config.ts'
import type { KeySession } from './key-session.ts'
import type { OfflineRole } from './metadata-api.ts'
import { finishPending, type SignedFile, submit } from './pending.ts'
import { type EarlierState, isSigned, type RepositoryState, repositoryState } from './repository-state.ts'
import { requireNoOlderTargets } from './require-no-older-targets.ts'

/** Documents as they shall be, under the versions they have; the same object where nothing changes. */
export interface ChangedDocuments {
  readonly root: Root
  readonly targets: Targets
  readonly publisher: Targets
}

/**
 * Changes metadata on the server: what is changed, and what is no longer signed by the keys that the document above it
 * names, gets a new version. All of it is signed before any of it is sent. Whoever was first wins: then the change is
 * made again on top of what they did.
 * @returns the roles that got a new version
 */
export async function changeMetadata(
  session: KeySession,
  change: (state: RepositoryState) => Promise<ChangedDocuments> | ChangedDocuments,
  { again = [], stolen = false }: { readonly again?: readonly OfflineRole[]; readonly stolen?: boolean } = {},
): Promise<OfflineRole[]> {
  const { api, folder } = session
  await finishPending(api, folder)
  let earlier: EarlierState | undefined
  for (let attempt = 1; ; attempt++) {
    try {
      const state = await repositoryState(api, await session.trusted(), earlier)
      await requireNoOlderTargets(folder, state)
      earlier = { state, stolen }
      const changed = await change(state)
      const signers = (await session.ring()).map(({ signer }) => signer) // with those that the change has made
      const files = await signedChange(state, changed, { again, signers, now: session.now() })
      if (files.length > 0) await submit(api, folder, files)
      return files.map(({ role }) => role)
    } catch (error) {
      const lost = error instanceof HomingError && error.code === 'METADATA_CONFLICT'
      if (!lost || attempt === conflictAttempts) throw error
      await session.pause(attempt)
    }
  }
}

async function signedChange(
  state: RepositoryState,
  { root: changedRoot, targets: changedTargets, publisher: changedPublisher }: ChangedDocuments,
  {
    again,
    signers,
    now,
  }: { readonly again: readonly OfflineRole[]; readonly signers: readonly Signer[]; readonly now: number },
): Promise<SignedFile[]> {
  const files: SignedFile[] = []
  let root = state.root
  if (changedRoot !== root || again.includes('root')) {
    root = renewed(changedRoot, 'root', now)
    const roles = [state.root.roles.root, root.roles.root]
    files.push({ role: 'root', bytes: await signMetadata(root, roles, signers) })
  }
  const signedTargets = async (
    role: 'targets' | 'publisher',
    changed: Targets,
    bytes: Uint8Array,
    delegator: Root | Targets,
  ): Promise<Targets> => {
    const same = changed === state[role] && !again.includes(role)
    if (same && (await isSigned(bytes, role, delegator))) return changed
    const next = renewed(changed, role, now)
    const { roleKeys } = keysOfRole(role, delegator)
    files.push({ role, bytes: await signMetadata(next, [roleKeys], signers) })
    return next
  }
  const targets = await signedTargets('targets', changedTargets, state.targetsBytes, root)
  await signedTargets('publisher', changedPublisher, state.publisherBytes, targets)
  return files
}
