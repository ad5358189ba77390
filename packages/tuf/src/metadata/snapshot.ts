import * as v from 'valibot'

import { MetaFileSchema, signedFields } from './signed-fields.ts'

/** Snapshot (specification 4.4): the versions of all targets metadata, by file name. */
export const SnapshotSchema = v.object({
  ...signedFields('snapshot'),
  meta: v.record(v.string(), MetaFileSchema),
})

/** Snapshot: the versions of all targets metadata, by file name. */
export type Snapshot = v.InferOutput<typeof SnapshotSchema>
