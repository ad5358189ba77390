import * as v from 'valibot'

import { maxReportedCalls } from './config.ts'
import { ModelNameSchema, Sha256Schema } from './names.ts'
import { dtypes } from './tensor.ts'
import { PrecisionSchema } from './variants.ts'
import { VersionSchema } from './version.ts'

const text = v.string()
const count = v.pipe(v.number(), v.finite(), v.minValue(0))
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** A tensor in JSON: strings as they are, anything else as the bytes of its typed array, little-endian, in base64. */
const ReportedTensorSchema = v.object({
  kind: v.literal('tensor'),
  dtype: v.picklist(dtypes),
  shape: v.array(size),
  data: v.union([text, v.array(text)]),
})

/** An image as RGBA, 8 bits each, in base64. */
const ReportedImageSchema = v.object({
  kind: v.literal('image'),
  width: size,
  height: size,
  data: text,
})

/** One row of a table. */
const ReportedRowSchema = v.object({
  kind: v.literal('row'),
  values: v.record(text, v.nullable(v.union([v.number(), v.string(), v.boolean()]))),
})

const OneInputSchema = v.variant('kind', [ReportedTensorSchema, ReportedImageSchema, ReportedRowSchema])

/** What a call was given under one name; several for a batch. */
const ReportedInputSchema = v.union([OneInputSchema, v.array(OneInputSchema)])

const ReportedCallSchema = v.object({
  model: ModelNameSchema,
  /** Absent where no version answered. */
  version: v.optional(VersionSchema),
  /** Of that version: versions of one name may differ between repositories, hashes do not. */
  manifest: v.optional(Sha256Schema),
  precision: v.optional(PrecisionSchema),
  backend: v.optional(text),
  /** The prediction's name on the device. */
  id: v.optional(text),
  /** When it was made, in milliseconds since the epoch; and how long it took, in milliseconds. */
  time: count,
  duration: count,
  /** Milliseconds in the worker, by stage. */
  timings: v.optional(v.record(text, count)),
  /** The message only where the inputs may be there too: it may repeat them. */
  error: v.optional(v.object({ code: text, message: v.optional(text) })),
  /** Only where the app has consented. */
  inputs: v.optional(v.record(text, ReportedInputSchema)),
  outputs: v.optional(v.record(text, ReportedTensorSchema)),
  /** Why inputs that the app consented to are not there. */
  withheld: v.optional(text),
})

/** The black box of a page, as `homing.report()` gives it: what happened there lately, without anything that was put in unless the app said so. */
export const ReportSchema = v.object({
  format: v.literal(1),
  /** Milliseconds since the epoch. */
  created: count,
  app: text,
  sdk: text,
  browser: v.object({
    agent: text,
    /** Whether wasm threads may run. */
    isolated: v.boolean(),
    cores: count,
    /** GiB, as far as the browser tells. */
    memory: v.optional(count),
  }),
  /** The status of every open model, as the app sees it. */
  models: v.array(v.looseObject({ model: ModelNameSchema, version: v.optional(VersionSchema) })),
  /** Latest last. */
  calls: v.pipe(v.array(ReportedCallSchema), v.maxLength(maxReportedCalls)),
  /** Calls that are no longer in the log. */
  dropped: count,
})

/** The black box of a page. */
export type Report = v.InferOutput<typeof ReportSchema>

/** One call in the black box. */
export type ReportedCall = v.InferOutput<typeof ReportedCallSchema>

/** What a call was given under one name, in JSON. */
export type ReportedInput = v.InferOutput<typeof ReportedInputSchema>

/** A tensor in JSON. */
export type ReportedTensor = v.InferOutput<typeof ReportedTensorSchema>
