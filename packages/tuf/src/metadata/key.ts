import * as v from 'valibot'

/**
 * A public key (specification 4.2). Keys of other types or schemes are read as well, and never verify anything. What
 * identifies a key is what it is: its id need not be a hash of it.
 */
export const KeySchema = v.object({
  keytype: v.string(),
  scheme: v.string(),
  keyval: v.object({ public: v.string() }),
})

/** A public key. */
export type Key = v.InferOutput<typeof KeySchema>

const keyIds = v.pipe(
  v.array(v.string()),
  v.check((ids) => new Set(ids).size === ids.length, 'names a key twice'),
)

/** Which keys sign for a role, and how many of them must (specification 4.2, 4.3). */
export const RoleKeysSchema = v.object({
  keyids: keyIds,
  threshold: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
})

/** Which keys sign for a role, and how many of them must. */
export type RoleKeys = v.InferOutput<typeof RoleKeysSchema>

/** Keys by their ids. */
export const KeysSchema = v.record(v.string(), KeySchema)
