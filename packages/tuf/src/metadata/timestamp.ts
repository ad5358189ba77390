import * as v from 'valibot'

import { MetaFileSchema, signedFields } from './signed-fields.ts'

/** Timestamp (specification 4.6): which snapshot is the latest. */
export const TimestampSchema = v.object({
  ...signedFields('timestamp'),
  meta: v.object({ 'snapshot.json': MetaFileSchema }),
})

/** Timestamp: which snapshot is the latest. */
export type Timestamp = v.InferOutput<typeof TimestampSchema>
