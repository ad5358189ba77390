import { HomingError, type MetadataState } from '@homing/protocol'
import { readDocument, type Root, type Targets, verifyRoot, verifyTargets } from '@homing/tuf/repository'

import type { ApiClient } from '../publish/api-client.ts'
import { fetchNewest, fetchRoot, metadataState } from './metadata-api.ts'

/** What the server has that is signed away from it, verified from the root that this machine trusts. */
export interface RepositoryState {
  readonly server: MetadataState
  readonly root: Root
  /** The newest root as it came. */
  readonly rootBytes: Uint8Array<ArrayBuffer>
  readonly targets: Targets
  readonly publisher: Targets
  readonly publisherBytes: Uint8Array<ArrayBuffer>
  readonly targetsBytes: Uint8Array<ArrayBuffer>
}

/** What was there before a change of keys of which a part has arrived. */
export interface EarlierState {
  readonly state: RepositoryState
  /** Whether keys are taken away because they were stolen: then nothing that they signed meanwhile counts. */
  readonly stolen: boolean
}

/**
 * Fetches and verifies the metadata to be changed: whoever signs on top of a document vouches for all of it, so what a
 * stolen server made up must be refused here.
 * @throws HomingError METADATA_MISSING when the server has none, METADATA_UNSIGNED, METADATA_ROLLBACK
 */
export async function repositoryState(
  api: ApiClient,
  trusted: Uint8Array<ArrayBuffer>,
  earlier?: EarlierState,
): Promise<RepositoryState> {
  const server = await metadataState(api)
  if (!server.initialised)
    throw new HomingError(
      'METADATA_MISSING',
      'The server has no signed metadata yet. Make its keys first: "homing keys init"',
    )
  const { root, rootBytes } = await newestRoot(api, trusted)
  const targetsBytes = await fetchNewest(api, 'targets')
  const targets = await verifiedTargets(targetsBytes, 'targets', root, earlier)
  const publisherBytes = await fetchNewest(api, 'publisher')
  const publisher = await verifiedTargets(publisherBytes, 'publisher', targets, earlier)
  return { server, root, rootBytes, targets, targetsBytes, publisher, publisherBytes }
}

/**
 * A document as it is to be changed. Where someone else signed one with the keys of before while these were replaced, it
 * is theirs, or, when the keys were stolen, what was there before; under the number that the server has, either way.
 */
async function verifiedTargets(
  bytes: Uint8Array,
  role: 'targets' | 'publisher',
  delegator: Root | Targets,
  earlier: EarlierState | undefined,
): Promise<Targets> {
  if (!earlier || (await isSigned(bytes, role, delegator))) return verifyTargets(bytes, role, delegator)
  const { state, stolen } = earlier
  if (!stolen) return verifyTargets(bytes, role, role === 'targets' ? state.root : state.targets)
  return { ...state[role], version: readDocument('targets', bytes, role).version }
}

/** Follows the roots from the trusted one to the newest, each signed by the one before (specification 5.3). */
async function newestRoot(
  api: ApiClient,
  trusted: Uint8Array<ArrayBuffer>,
): Promise<{ root: Root; rootBytes: Uint8Array<ArrayBuffer> }> {
  const newest = await fetchNewest(api, 'root')
  const { version: last } = await verifyRoot(newest)
  let [root, rootBytes] = [await verifyRoot(trusted), trusted]
  if (root.version > last)
    throw new HomingError(
      'METADATA_ROLLBACK',
      `The server has root ${last}; this machine trusts ${root.version} already. Is it the right server?`,
    )
  while (root.version < last) {
    const version = root.version + 1
    rootBytes = version === last ? newest : await fetchRoot(api, version)
    const next = await verifyRoot(rootBytes, root)
    if (next.version !== version)
      throw new HomingError('METADATA_MISMATCH', `${version}.root.json holds version ${next.version}`)
    root = next
  }
  return { root, rootBytes }
}

/** Whether the document in `bytes` is signed as `delegator` says. */
export async function isSigned(bytes: Uint8Array, role: string, delegator: Root | Targets): Promise<boolean> {
  try {
    await verifyTargets(bytes, role, delegator)
    return true
  } catch (error) {
    if (error instanceof HomingError && error.code === 'METADATA_UNSIGNED') return false
    throw error
  }
}
