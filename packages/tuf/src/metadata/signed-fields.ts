import * as v from 'valibot'

/** A version number of metadata (specification 4.3): a positive whole number. */
export const VersionNumberSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(1))

/** Hexadecimal digests by the name of their algorithm; at least one. */
export const HashesSchema = v.pipe(
  v.record(v.string(), v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})+$/, 'not hexadecimal'))),
  v.check((hashes) => Object.keys(hashes).length > 0, 'has no digest'),
)

/** Number of bytes of a file. */
export const LengthSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** What every role signs (specification 4.3): its type, the version of the specification, its version and its expiry. */
export const signedFields = <T extends string>(type: T) => ({
  _type: v.literal(type),
  spec_version: v.pipe(v.string(), v.regex(/^1\.\d+(?:\.\d+)?$/, 'not version 1 of the specification')),
  version: VersionNumberSchema,
  expires: v.pipe(
    v.string(),
    v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'not a time in UTC to the second'),
    v.check((time) => Number.isFinite(Date.parse(time)), 'no time'),
  ),
})

/** Another metadata file (specification 4.4): its version, and length and digests where the role gives them. */
export const MetaFileSchema = v.object({
  version: VersionNumberSchema,
  length: v.optional(LengthSchema),
  hashes: v.optional(HashesSchema),
})

/** Another metadata file. */
export type MetaFile = v.InferOutput<typeof MetaFileSchema>
