import { HomingError, paths } from '@homing/protocol'
import { withTargets } from '@homing/tuf/repository'

import { changeMetadata } from '../keys/change-metadata.ts'
import { keySession, type KeySessionOptions } from '../keys/key-session.ts'

/**
 * Takes a version off the publisher's metadata, signed on this machine: no device takes it any more, whoever rolls it out.
 * Devices on which it serves keep it until another is rolled out.
 * @throws HomingError VERSION_UNKNOWN when the publisher's metadata does not list it; METADATA_INVALID while it is the
 *   champion or on trial; KEY_MISSING and the like
 */
export async function withdraw(model: string, version: string, options: KeySessionOptions): Promise<void> {
  const path = paths.manifest(model, version)
  await changeMetadata(keySession(options), (state) => {
    if (!Object.hasOwn(state.publisher.targets, path))
      throw new HomingError('VERSION_UNKNOWN', `The publisher has not signed ${model} ${version}`)
    return { ...state, publisher: withTargets(state.publisher, { [path]: undefined }) }
  })
}
