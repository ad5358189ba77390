import { ModelNameSchema, PrecisionSchema, Sha256Schema, VersionSchema } from '@homing/protocol'
import * as v from 'valibot'

import type { ModelRecord } from './store.ts'

const InstalledVersionSchema = v.object({
  version: VersionSchema,
  manifestSha256: Sha256Schema,
  precision: v.exactOptional(PrecisionSchema),
})

const ModelRecordSchema = v.object({
  model: ModelNameSchema,
  active: v.exactOptional(InstalledVersionSchema),
  lastGood: v.exactOptional(InstalledVersionSchema),
  trial: v.exactOptional(Sha256Schema),
  declined: v.exactOptional(Sha256Schema),
  personalised: v.exactOptional(InstalledVersionSchema),
  staged: v.exactOptional(InstalledVersionSchema),
  downloading: v.exactOptional(InstalledVersionSchema),
  pinned: v.exactOptional(VersionSchema),
  until: v.exactOptional(v.pipe(v.number(), v.finite())),
  rejected: v.record(v.string(), v.object({ code: v.string(), reason: v.string() })),
}) satisfies v.GenericSchema<unknown, ModelRecord>

/** What the device remembers of a model that it has never seen. */
export function emptyRecord(model: string): ModelRecord {
  return { model, rejected: {} }
}

/** `value` from the disk as a record; undefined when it is none, so that a spoiled record costs a download, not the app. */
export function readRecord(value: unknown): ModelRecord | undefined {
  const result = v.safeParse(ModelRecordSchema, value)
  return result.success ? result.output : undefined
}
