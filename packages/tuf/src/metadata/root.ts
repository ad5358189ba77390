import * as v from 'valibot'

import { KeysSchema, RoleKeysSchema } from './key.ts'
import { signedFields } from './signed-fields.ts'

/** Root (specification 4.3): the keys of all top-level roles. */
export const RootSchema = v.object({
  ...signedFields('root'),
  consistent_snapshot: v.optional(v.boolean()),
  /**
   * Names the repository for life, whatever becomes of its keys. Not of the specification: a device keeps what it has by
   * it when an app ships a newer root.
   */
  'x-homing-repository': v.optional(v.string()),
  keys: KeysSchema,
  roles: v.strictObject({
    root: RoleKeysSchema,
    timestamp: RoleKeysSchema,
    snapshot: RoleKeysSchema,
    targets: RoleKeysSchema,
  }),
})

/** Root: the keys of all top-level roles. */
export type Root = v.InferOutput<typeof RootSchema>
