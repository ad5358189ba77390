import * as v from 'valibot'

import { KeysSchema, RoleKeysSchema } from './key.ts'
import { HashesSchema, LengthSchema, signedFields } from './signed-fields.ts'

const topLevel = new Set(['root', 'timestamp', 'snapshot', 'targets'])

/** A role to which others delegate targets, by patterns or by prefixes of the paths' digests (specification 4.5). */
export const DelegatedRoleSchema = v.pipe(
  v.object({
    ...RoleKeysSchema.entries,
    name: v.pipe(
      v.string(),
      v.minLength(1),
      v.check((name) => !topLevel.has(name), 'is the name of a top-level role'),
    ),
    terminating: v.boolean(),
    paths: v.optional(v.array(v.string())),
    path_hash_prefixes: v.optional(v.array(v.string())),
  }),
  v.check(
    ({ paths, path_hash_prefixes }) => (paths === undefined) !== (path_hash_prefixes === undefined),
    'has not one of paths and path_hash_prefixes',
  ),
)

/** A role to which others delegate targets. */
export type DelegatedRole = v.InferOutput<typeof DelegatedRoleSchema>

/** The roles to which a role delegates, most trusted first, and their keys. */
export const DelegationsSchema = v.object({
  keys: KeysSchema,
  roles: v.pipe(
    v.array(DelegatedRoleSchema),
    v.check((roles) => new Set(roles.map(({ name }) => name)).size === roles.length, 'names a role twice'),
  ),
})

/** A file that a role vouches for. */
export const TargetFileSchema = v.object({
  length: LengthSchema,
  hashes: HashesSchema,
  custom: v.optional(v.unknown()),
})

/** A file that a role vouches for. */
export type TargetFile = v.InferOutput<typeof TargetFileSchema>

/** Files by path. `v.record` would leave out names that objects have of themselves, such as "constructor". */
const TargetFilesSchema = v.pipe(
  v.custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'no files by path',
  ),
  v.transform((files) => Object.entries(files)),
  v.array(v.tuple([v.string(), TargetFileSchema])),
  v.transform((files): Record<string, TargetFile> => Object.fromEntries(files)),
)

/** Targets (specification 4.5): the files that a role vouches for, by path, and the roles it delegates to. */
export const TargetsSchema = v.object({
  ...signedFields('targets'),
  targets: TargetFilesSchema,
  delegations: v.optional(DelegationsSchema),
})

/** Targets: the files that a role vouches for, and the roles it delegates to. */
export type Targets = v.InferOutput<typeof TargetsSchema>
