import * as v from 'valibot'

import { ModelNameSchema, Sha256Schema } from './names.ts'
import { type ErrorCode, retryability } from './retryability.ts'
import { ListedVersionSchema } from './rollout.ts'
import { VersionSchema } from './version.ts'

/** Body of `POST /v1/blobs/missing`: which of these does the server lack? */
export const MissingBlobsRequestSchema = v.object({
  sha256: v.pipe(v.array(Sha256Schema), v.maxLength(100_000)),
})

/** Answer of `POST /v1/blobs/missing`. */
export const MissingBlobsResponseSchema = v.object({ missing: v.array(Sha256Schema) })

/** Body of `PUT /v1/models/:model/rollout`. */
export const RolloutRequestSchema = v.object({
  champion: VersionSchema,
  challenger: v.optional(VersionSchema),
})

/** A model as `GET /v1/models` and `GET /v1/models/:model` tell it. */
export const ModelSummarySchema = v.object({
  model: ModelNameSchema,
  champion: v.optional(VersionSchema),
  challenger: v.optional(VersionSchema),
  revision: v.number(),
  versions: v.array(
    v.object({
      ...ListedVersionSchema.entries,
      publishedAt: v.pipe(v.string(), v.isoTimestamp()),
      /** Whether publisher metadata lists it: only then can it be rolled out. */
      signed: v.boolean(),
    }),
  ),
})

/** A model as the server tells it. */
export type ModelSummary = v.InferOutput<typeof ModelSummarySchema>

/** Answer of `GET /v1/models`. */
export const ModelListSchema = v.object({ models: v.array(ModelSummarySchema) })

/** Body and answer of `PUT /v1/models/:model/access`: who may read the manifests, shards and patches of a model. */
export const ModelAccessSchema = v.object({ access: v.picklist(['public', 'private']) })

/** Who may read a model: everyone, or those with a token that names it. */
export type ModelAccess = v.InferOutput<typeof ModelAccessSchema>['access']

/**
 * Answer of `GET /v1/signed-urls?paths=<place>,<place>`: where each of the files can be read without a token until
 * `expires` (seconds since 1970), by its place in the static layout; relative to the repository's URL, or absolute.
 */
export const SignedUrlsSchema = v.object({ expires: v.number(), urls: v.record(v.string(), v.string()) })

/** Addresses that can be read without a token for a while. */
export type SignedUrls = v.InferOutput<typeof SignedUrlsSchema>

/** Answer of `GET /v1/metadata`: what the server signs with, and the newest version of each role. */
export const MetadataStateSchema = v.object({
  /** Whether root, targets and publisher are there, so that devices can read the repository. */
  initialised: v.boolean(),
  /** The key that the next root and targets shall name for snapshot, timestamp and rollouts. */
  onlineKey: v.object({
    keytype: v.string(),
    scheme: v.string(),
    keyval: v.object({ public: v.string() }),
  }),
  onlineKeyId: v.string(),
  roles: v.record(v.string(), v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
})

/** What the server signs with, and the newest version of each role. */
export type MetadataState = v.InferOutput<typeof MetadataStateSchema>

/** Body of every answer with an error status. */
export const ErrorBodySchema = v.object({
  error: v.object({
    name: v.literal('HomingError'),
    code: v.picklist(Object.keys(retryability) as ErrorCode[]),
    message: v.string(),
    details: v.record(v.string(), v.unknown()),
    requestId: v.optional(v.string()),
  }),
})
