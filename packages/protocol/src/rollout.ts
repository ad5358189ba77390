import * as v from 'valibot'

import { protocolVersion } from './config.ts'
import { HomingError } from './homing-error.ts'
import { RequirementsSchema } from './manifest.ts'
import { FileRefSchema, ModelNameSchema } from './names.ts'
import { parseJsonBytes, parseWith } from './parse.ts'
import { compareVersions, VersionSchema } from './version.ts'

/** A version as the rollout lists it: enough to choose without fetching its manifest. */
export const ListedVersionSchema = v.object({
  version: VersionSchema,
  manifest: FileRefSchema,
  requirements: v.optional(RequirementsSchema),
  /** Set on a federated version, whose manifest lies below `federated/`: the publisher's version that it was trained from. */
  base: v.optional(VersionSchema),
})

/** Which version of a model devices get: the file `rollouts/<model>.json`. */
export const RolloutSchema = v.object({
  format: v.literal(protocolVersion),
  model: ModelNameSchema,
  /** Grows with every change. */
  revision: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  champion: VersionSchema,
  challenger: v.optional(VersionSchema),
  /** All versions that devices may take, newest first. */
  versions: v.pipe(v.array(ListedVersionSchema), v.minLength(1), v.maxLength(10_000)),
})

/** Which version of a model devices get. */
export type Rollout = v.InferOutput<typeof RolloutSchema>

/** A version as the rollout lists it. */
export type ListedVersion = v.InferOutput<typeof ListedVersionSchema>

/**
 * The rollout in `bytes`.
 * @throws HomingError ROLLOUT_INVALID, also when it is of another model, lists a version twice or its champion not at all.
 */
export function parseRollout(bytes: Uint8Array, model: string): Rollout {
  const json = parseJsonBytes(bytes, 'ROLLOUT_INVALID', 'The rollout')
  const rollout = parseWith(RolloutSchema, json, 'ROLLOUT_INVALID', 'The rollout')
  if (rollout.model !== model)
    throw new HomingError('ROLLOUT_INVALID', `The rollout of ${model} is of ${rollout.model}`)
  const listed = new Set(rollout.versions.map(({ version }) => version))
  if (listed.size < rollout.versions.length) {
    const twice = rollout.versions.find(({ version }) => !listed.delete(version))
    throw new HomingError('ROLLOUT_INVALID', `The rollout of ${model} lists version ${twice?.version} twice`)
  }
  for (const version of [rollout.champion, rollout.challenger]) {
    if (version !== undefined && !listed.has(version)) {
      throw new HomingError(
        'ROLLOUT_INVALID',
        `The rollout of ${model} names version ${version}, which it does not list`,
      )
    }
  }
  return rollout
}

/** Versions that may serve, best first: the champion, then older ones from new to old. */
export function candidates(rollout: Rollout): ListedVersion[] {
  return rollout.versions
    .filter(({ version }) => compareVersions(version, rollout.champion) <= 0)
    .sort((a, b) => compareVersions(b.version, a.version))
}
