import { isDeepStrictEqual } from 'node:util'

import { HomingError, parseRollout } from '@homing/protocol'
import type { Targets } from '@homing/tuf/repository'

import type { RolloutRecord, VersionRecord } from '../repositories/registry.ts'
import { isListed, listedManifests } from './listed-versions.ts'

/**
 * Requires that publisher metadata lists manifests that are here as it says, changes no entry, and takes off none that
 * devices are given now.
 * @throws HomingError METADATA_INVALID.
 */
export function requirePublisher(
  publisher: Targets,
  before: Targets | undefined,
  {
    versions,
    rollouts,
  }: {
    readonly versions: readonly VersionRecord[]
    readonly rollouts: readonly RolloutRecord[]
  },
): void {
  if (publisher.delegations) refuse('The publisher document delegates to others, which no one serves.')
  for (const [path, file] of Object.entries(before?.targets ?? {})) {
    const after = publisher.targets[path]
    if (after && !isDeepStrictEqual(after, file)) refuse(`The entry ${path} may be taken off, never changed.`)
  }
  const stored = new Map(versions.map((record) => [`${record.model} ${record.version}`, record]))
  for (const listed of listedManifests(publisher)) {
    const record = listed && stored.get(`${listed.model} ${listed.version}`)
    const { hashes = {} } = listed?.file ?? {}
    // One digest: the name of the file that clients ask for begins with it.
    if (!record || Object.keys(hashes).length !== 1 || !isListed(publisher, record.model, record)) {
      refuse(
        listed
          ? `The manifest of ${listed.model} ${listed.version} is not here with that length and SHA-256: send it first.`
          : 'The publisher document lists what is no models/<model>/<version>/manifest.json.',
      )
    }
  }
  for (const { model, document } of rollouts) {
    const { champion, challenger } = parseRollout(Buffer.from(document), model)
    for (const version of [champion, challenger]) {
      const record = stored.get(`${model} ${version}`)
      if (record && before && isListed(before, model, record) && !isListed(publisher, model, record))
        refuse(`Devices are given ${model} ${version}: roll another version out before you take it off.`)
    }
  }
}

function refuse(problem: string): never {
  throw new HomingError('METADATA_INVALID', problem)
}
