import { HomingError } from '@homing/protocol'
import {
  emptyTargets,
  initialRoot,
  initialTargets,
  keysOfRole,
  type Signatories,
  signMetadata,
} from '@homing/tuf/repository'

import { createKey } from './key-files.ts'
import type { RingKey } from './key-ring.ts'
import { keySession, type KeySessionOptions } from './key-session.ts'
import { metadataState, type OfflineRole, offlineRoles } from './metadata-api.ts'
import { finishPending, submit } from './pending.ts'

/** How many keys a role gets, and how many of them must sign. */
export interface InitOptions extends KeySessionOptions {
  readonly counts?: Partial<Record<OfflineRole, number>> | undefined
  readonly thresholds?: Partial<Record<OfflineRole, number>> | undefined
}

/**
 * Makes the keys of a new repository, signs its first metadata with them and hands it to the server. Keys in the folder
 * that are named after a role are used; run again after a break, it goes on.
 * @throws HomingError CONFIG_INVALID when the server has other metadata already
 */
export async function initKeys(options: InitOptions): Promise<Record<OfflineRole, readonly RingKey[]>> {
  const session = keySession(options)
  const { api, folder, now } = session
  const signatories = async (
    role: OfflineRole,
  ): Promise<{ keys: RingKey[] } & { signatories: Signatories }> => {
    const [count, threshold] = [options.counts?.[role] ?? 1, options.thresholds?.[role] ?? 1]
    if (!(Number.isInteger(count) && Number.isInteger(threshold) && threshold >= 1 && threshold <= count))
      throw new HomingError('CONFIG_INVALID', `${threshold} of ${count} keys cannot sign ${role}`)
    const keys = (await session.ring()).filter((key) => key.role === role)
    while (keys.length < count) keys.push(await createKey(folder, role, session.type))
    return { keys, signatories: { keys: keys.map(({ signer }) => signer.key), threshold } }
  }

  const resumed = await finishPending(api, folder)
  const { roles, onlineKey } = await metadataState(api)
  if (!resumed && Object.keys(roles).length > 0)
    throw new HomingError(
      'CONFIG_INVALID',
      'The server has signed metadata already. Change its keys with "homing keys rotate".',
    )
  const [root, targets, publisher] = [
    await signatories('root'),
    await signatories('targets'),
    await signatories('publisher'),
  ]
  const made = { root: root.keys, targets: targets.keys, publisher: publisher.keys }
  if (resumed) return made

  const signers = offlineRoles.flatMap((role) => made[role].map(({ signer }) => signer))
  const rootDocument = initialRoot(
    { root: root.signatories, targets: targets.signatories, online: onlineKey },
    now(),
  )
  const targetsDocument = initialTargets({ publisher: publisher.signatories, online: onlineKey }, now())
  const publisherKeys = keysOfRole('publisher', targetsDocument).roleKeys
  await submit(api, folder, [
    { role: 'root', bytes: await signMetadata(rootDocument, [rootDocument.roles.root], signers) },
    { role: 'targets', bytes: await signMetadata(targetsDocument, [rootDocument.roles.targets], signers) },
    {
      role: 'publisher',
      bytes: await signMetadata(emptyTargets('publisher', now()), [publisherKeys], signers),
    },
  ])
  return made
}
