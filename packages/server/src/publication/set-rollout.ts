import {
  canonicalBytes,
  type ListedVersion,
  HomingError,
  parseRollout,
  protocolVersion,
  type Rollout,
} from '@homing/protocol'

import type { Targets } from '@homing/tuf/repository'

import { rolloutAttempts } from '../config.ts'
import { isListed } from '../metadata/listed-versions.ts'
import type { RolloutRecord, VersionRecord } from '../repositories/registry.ts'
import type { Publication } from './publish-version.ts'

/** Which versions a rollout names. */
export interface RolloutChoice {
  readonly champion: string
  readonly challenger?: string | undefined
}

/**
 * Rolls `choice` out to the devices of `model`, signed, and lists every version that publisher metadata lists now.
 * A choice that changes nothing keeps the revision.
 * @throws HomingError MODEL_UNKNOWN; VERSION_UNKNOWN; METADATA_MISSING when publisher metadata does not list a version;
 *   REQUEST_INVALID when champion and challenger are one; SIGNING_FAILED, KEY_MISSING.
 */
export async function setRollout(
  { registry, publisher, signing }: Publication,
  model: string,
  choice: RolloutChoice,
): Promise<Rollout> {
  if (choice.champion === choice.challenger) {
    throw new HomingError(
      'REQUEST_INVALID',
      `Champion and challenger of ${model} are both ${choice.champion}.`,
    )
  }
  for (let attempt = 1; attempt <= rolloutAttempts; attempt++) {
    const [present] = await registry.rollouts(model)
    const { version, listing } = await publisher()
    const versions = requireListed(model, choice, await registry.versions(model), listing)
    const unchanged = present && present.document === documentOf(model, present.revision, choice, versions)
    const record = unchanged ? present : nextRecord(model, (present?.revision ?? 0) + 1, choice, versions)
    if (unchanged || (await registry.advanceRollout(record, version))) {
      await signing.sign()
      return parseRollout(Buffer.from(record.document), model)
    }
  }
  throw new HomingError('SERVER_FAILED', `The rollout of ${model} is changed by too many others at once.`)
}

/** The versions that publisher metadata lists, among them those of the choice. */
function requireListed(
  model: string,
  { champion, challenger }: RolloutChoice,
  versions: readonly VersionRecord[],
  publisher: Targets | undefined,
): VersionRecord[] {
  if (versions.length === 0) throw new HomingError('MODEL_UNKNOWN', `No version of ${model} is published.`)
  const listed = versions.filter((record) => isListed(publisher, model, record))
  for (const wanted of challenger === undefined ? [champion] : [champion, challenger]) {
    const isWanted = ({ version }: VersionRecord): boolean => version === wanted
    if (!versions.some(isWanted))
      throw new HomingError('VERSION_UNKNOWN', `${model} ${wanted} is not published.`)
    if (!listed.some(isWanted)) {
      const advice = publisher ? '"homing publish" signs it' : '"homing keys init" makes the keys'
      throw new HomingError(
        'METADATA_MISSING',
        `No publisher has signed for ${model} ${wanted}, so no device would take it: ${advice}.`,
        { details: { role: 'publisher', model, version: wanted } },
      )
    }
  }
  return listed
}

function nextRecord(
  model: string,
  revision: number,
  choice: RolloutChoice,
  versions: readonly VersionRecord[],
): RolloutRecord {
  return { model, revision, document: documentOf(model, revision, choice, versions) }
}

function documentOf(
  model: string,
  revision: number,
  choice: RolloutChoice,
  versions: readonly VersionRecord[],
): string {
  const rollout: Rollout = {
    format: protocolVersion,
    model,
    revision,
    champion: choice.champion,
    ...(choice.challenger === undefined ? {} : { challenger: choice.challenger }),
    versions: versions.map(listed),
  }
  return Buffer.from(canonicalBytes(rollout)).toString()
}

function listed({ version, manifest, requirements }: VersionRecord): ListedVersion {
  return { version, manifest, ...(requirements ? { requirements } : {}) }
}
