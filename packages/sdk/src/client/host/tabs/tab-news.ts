import { ModelNameSchema, VersionSchema } from '@homing/protocol'
import * as v from 'valibot'

const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const ProgressSchema = v.object({
  version: VersionSchema,
  loaded: bytes,
  total: bytes,
  cached: bytes,
  paused: v.exactOptional(v.literal(true)),
})

const TabNewsSchema = v.variant('type', [
  /** `tab` was elected to download, and is so far. */
  v.object({
    type: v.literal('downloading'),
    model: ModelNameSchema,
    tab: v.string(),
    progress: ProgressSchema,
  }),
  /** The version is the one that serves on this device. */
  v.object({ type: v.literal('activated'), model: ModelNameSchema, version: VersionSchema }),
  /** The app wants this version and no other on this device; null: what the rollout says. */
  v.object({ type: v.literal('pinned'), model: ModelNameSchema, version: v.nullable(VersionSchema) }),
  /** The user wants the newest version now: a download that is paused goes on. */
  v.object({ type: v.literal('urged'), model: ModelNameSchema }),
  /** The app forgets the model, or all when there is none: whoever has it open closes it. */
  v.object({ type: v.literal('forgotten'), model: v.optional(ModelNameSchema) }),
])

/** What one tab tells the others of a model. */
export type TabNews = v.InferOutput<typeof TabNewsSchema>

/** What is told of one model that stays. */
export type ModelNews = Exclude<TabNews, { type: 'forgotten' }>

/** `data` from another tab as news; undefined when it is none, as from a tab of another version of this library. */
export function readTabNews(data: unknown): TabNews | undefined {
  const result = v.safeParse(TabNewsSchema, data)
  return result.success ? result.output : undefined
}
