import * as v from 'valibot'

import { ModelNameSchema } from './names.ts'

/** Header with the publishable key of the app that sends telemetry. */
export const appKeyHeader = 'Homing-App-Key'

/** Most origins of one key. */
const maxOrigins = 64

/**
 * An origin as browsers send it, which need not be of the web: `app://shop`, `capacitor://localhost`; `null` is that of files
 * and sandboxed frames, `*` any.
 */
export const OriginSchema = v.pipe(
  v.string(),
  v.maxLength(256),
  v.regex(
    /^(?:\*|null|[a-z][a-z0-9+.-]*:\/\/[^\s/?#@A-Z]+)$/,
    'not an origin as browsers send it: in lower case, without a path; or null, or *',
  ),
)

/** Name of an app: as a model's. Several keys may be of one app, so that one replaces another. */
export const AppNameSchema = ModelNameSchema

/** Body of `POST /v1/apps`: make a key. */
export const AppRequestSchema = v.object({
  app: AppNameSchema,
  origins: v.pipe(v.array(OriginSchema), v.minLength(1), v.maxLength(maxOrigins)),
})

/** A key of an app, without itself: the server keeps its hash alone. */
export const AppKeySchema = v.object({
  /** The first 16 hexadecimal digits of its SHA-256. */
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/, 'not the id of a key')),
  ...AppRequestSchema.entries,
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
  revokedAt: v.optional(v.pipe(v.string(), v.isoTimestamp())),
})

/** A key of an app, without itself. */
export type AppKey = v.InferOutput<typeof AppKeySchema>

/** Answer of `POST /v1/apps`: the only one that ever tells `key`. */
export const CreatedAppKeySchema = v.object({ ...AppKeySchema.entries, key: v.string() })

/** A new key, with itself. */
export type CreatedAppKey = v.InferOutput<typeof CreatedAppKeySchema>

/** Answer of `GET /v1/apps`. */
export const AppKeyListSchema = v.object({ keys: v.array(AppKeySchema) })
