import {
  canonicalBytes,
  type ListedVersion,
  HomingError,
  parseRollout,
  protocolVersion,
  type Rollout,
} from '@homing/protocol'

import { rolloutAttempts } from '../config.ts'
import type { RolloutRecord, VersionRecord } from '../repositories/registry.ts'
import type { Publication } from './publish-version.ts'

/** Which versions a rollout names. */
export interface RolloutChoice {
  readonly champion: string
  readonly challenger?: string | undefined
}

/**
 * Rolls `choice` out to the devices of `model` and lists every version published so far.
 * A choice that changes nothing keeps the revision.
 * @throws HomingError MODEL_UNKNOWN; VERSION_UNKNOWN; REQUEST_INVALID when champion and challenger are one.
 */
export async function setRollout(
  { registry, layout }: Publication,
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
    const versions = await registry.versions(model)
    requirePublished(model, versions, choice)
    const unchanged = present && present.document === documentOf(model, present.revision, choice, versions)
    const record = unchanged ? present : nextRecord(model, (present?.revision ?? 0) + 1, choice, versions)
    if (unchanged || (await registry.advanceRollout(record))) {
      await layout.writeRollout(model)
      return parseRollout(Buffer.from(record.document), model)
    }
  }
  throw new HomingError('SERVER_FAILED', `The rollout of ${model} is changed by too many others at once.`)
}

function requirePublished(
  model: string,
  versions: readonly VersionRecord[],
  { champion, challenger }: RolloutChoice,
): void {
  if (versions.length === 0) throw new HomingError('MODEL_UNKNOWN', `No version of ${model} is published.`)
  for (const wanted of challenger === undefined ? [champion] : [champion, challenger]) {
    if (!versions.some(({ version }) => version === wanted)) {
      throw new HomingError('VERSION_UNKNOWN', `${model} ${wanted} is not published.`)
    }
  }
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
