import * as v from 'valibot'

import { maxShardBytes, protocolVersion } from './config.ts'
import { HomingError } from './homing-error.ts'
import { ByteCountSchema, ModelNameSchema, Sha256Schema } from './names.ts'
import { parseJsonBytes, parseWith } from './parse.ts'
import { VersionSchema } from './version.ts'

const ShardSizeSchema = v.pipe(ByteCountSchema, v.minValue(1), v.maxValue(maxShardBytes))

/** Words of this version's methods and codecs, and those of later ones, which a device passes over. */
const WordSchema = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,32}$/, 'not a word'))

/** One way to make a shard: a patch file at `blobs/<sha256>`, opaque bytes that contain their compression. */
export const ListedPatchSchema = v.object({
  /** Hash of the shard that the device must hold; absent when the patch needs none. */
  base: v.optional(Sha256Schema),
  /** Hash and bytes of the patch file. */
  sha256: Sha256Schema,
  size: ShardSizeSchema,
  method: WordSchema,
  codec: WordSchema,
})

/** One way to make a shard. */
export type ListedPatch = v.InferOutput<typeof ListedPatchSchema>

/** A shard of the version (its hash and its bytes, hence those of what each patch makes), and its patches, smallest first. */
export const PatchedShardSchema = v.object({
  sha256: Sha256Schema,
  size: ShardSizeSchema,
  patches: v.pipe(v.array(ListedPatchSchema), v.minLength(1), v.maxLength(64)),
})

/** A shard of a version, and its patches. */
export type PatchedShard = v.InferOutput<typeof PatchedShardSchema>

/**
 * The patches that make a version's shards of what devices hold: the file `patches/<model>/<version>.json`. It may grow
 * after publication: the manifest stays as it is.
 */
export const PatchesSchema = v.object({
  format: v.literal(protocolVersion),
  model: ModelNameSchema,
  version: VersionSchema,
  /** The versions whose shards patches were looked for against; a patch that saves nothing is not listed. */
  bases: v.pipe(v.array(VersionSchema), v.maxLength(64)),
  /** Only shards that have patches. */
  shards: v.pipe(v.array(PatchedShardSchema), v.maxLength(65_536)),
})

/** The patches of a version. */
export type Patches = v.InferOutput<typeof PatchesSchema>

/**
 * The list of patches in `bytes`.
 * @throws HomingError PATCH_INVALID, also when it is of another model or version than expected, or lists a shard twice.
 */
export function parsePatches(bytes: Uint8Array, expected: { model: string; version: string }): Patches {
  const json = parseJsonBytes(bytes, 'PATCH_INVALID', 'The list of patches')
  const patches = parseWith(PatchesSchema, json, 'PATCH_INVALID', 'The list of patches')
  const { model, version, shards } = patches
  if (model !== expected.model || version !== expected.version) {
    throw new HomingError(
      'PATCH_INVALID',
      `The list of patches of ${expected.model} ${expected.version} is of ${model} ${version}`,
    )
  }
  if (new Set(shards.map(({ sha256 }) => sha256)).size < shards.length)
    throw new HomingError('PATCH_INVALID', `The list of patches of ${model} ${version} lists a shard twice`)
  return patches
}
