import * as v from 'valibot'

import { AuthorNameSchema } from './names.ts'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(65_536))
const finite = v.pipe(v.number(), v.finite())
const positive = v.pipe(finite, v.gtValue(0))
const channels = v.pipe(v.array(finite), v.minLength(1), v.maxLength(4))
const rgb = v.tuple([finite, finite, finite])

/** One step from a decoded image (RGBA, 0..255) to the numbers of a tensor; steps run in the order given. */
const ImageStepSchema = v.variant('op', [
  /** Lays the image on a plain colour (0..255) where it is transparent; only as the first step. Without it: white. */
  v.object({ op: v.literal('background'), colour: rgb }),
  /** One channel: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). */
  v.object({ op: v.literal('greyscale') }),
  /** 255 - value: dark ink on white becomes light on black. */
  v.object({ op: v.literal('invert') }),
  /** Cuts: the largest centred square; a fixed box; or the box around all values above `threshold` (a blank image stays whole). */
  v.object({
    op: v.literal('crop'),
    to: v.variant('kind', [
      v.object({ kind: v.literal('square') }),
      v.object({ kind: v.literal('box'), left: finite, top: finite, width: count, height: count }),
      v.object({ kind: v.literal('content'), threshold: finite }),
    ]),
  }),
  /** Resizes: `fill` ignores the aspect ratio, `contain` fits inside (smaller on one side), `cover` fills and cuts. */
  v.object({
    op: v.literal('resize'),
    width: count,
    height: count,
    fit: v.picklist(['fill', 'contain', 'cover']),
    filter: v.picklist(['nearest', 'bilinear', 'area']),
  }),
  /** Puts the image on a larger canvas of `value`, centred by its frame or by its centre of mass. */
  v.object({
    op: v.literal('pad'),
    width: count,
    height: count,
    value: finite,
    centre: v.picklist(['frame', 'mass']),
  }),
  /** Multiplies every value: 1/255 brings 0..255 to 0..1. */
  v.object({ op: v.literal('scale'), by: finite }),
  /** (value - mean) / std, per channel. */
  v.object({
    op: v.literal('normalise'),
    mean: channels,
    std: v.pipe(v.array(positive), v.minLength(1), v.maxLength(4)),
  }),
])

/** An image input: what the caller passes under `name` becomes the tensor `tensor`. */
const ImageInputSchema = v.object({
  kind: v.literal('image'),
  name: AuthorNameSchema,
  tensor: AuthorNameSchema,
  layout: v.picklist(['nchw', 'nhwc']),
  steps: v.pipe(v.array(ImageStepSchema), v.maxLength(32)),
})

/** A condition on a value that was given, not on an imputed one; `pattern` must match the whole word. Else INPUT_VALUE. */
const CheckSchema = v.variant('kind', [
  v.object({ kind: v.literal('range'), min: v.optional(finite), max: v.optional(finite) }),
  v.object({ kind: v.literal('pattern'), pattern: v.pipe(v.string(), v.maxLength(512)) }),
  v.object({ kind: v.literal('set'), values: v.array(v.union([v.string(), finite])) }),
  v.object({ kind: v.literal('greater-than'), feature: AuthorNameSchema }),
])

const checks = v.optional(v.pipe(v.array(CheckSchema), v.maxLength(16)))

const numberFields = {
  /** Taken where the value is missing (undefined, null, NaN). Without it a missing value is refused. */
  impute: v.optional(finite),
  /** Standardised to (value - mean) / std when given. */
  standardise: v.optional(v.object({ mean: finite, std: positive })),
  checks,
}

/** One column of a table input. */
const FeatureSchema = v.variant('kind', [
  v.object({
    kind: v.literal('number'),
    name: AuthorNameSchema,
    unit: v.optional(AuthorNameSchema),
    ...numberFields,
  }),
  /** A word out of `categories`: one column each (one-hot), or one column with its index. */
  v.object({
    kind: v.literal('category'),
    name: AuthorNameSchema,
    categories: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(65_536)),
    encode: v.picklist(['one-hot', 'index']),
    /** A word outside: refused, all zeros (index -1), or a last column (index = length) of its own. */
    unseen: v.picklist(['refuse', 'zeros', 'other']),
    impute: v.optional(v.string()),
    checks,
  }),
  /** An aggregate over the events that the device keeps: of `field` of `event`, in the last `seconds`. */
  v.object({
    kind: v.literal('window'),
    name: AuthorNameSchema,
    event: AuthorNameSchema,
    field: v.optional(AuthorNameSchema),
    aggregate: v.picklist(['count', 'sum', 'mean', 'min', 'max', 'last']),
    seconds: v.pipe(finite, v.gtValue(0), v.maxValue(366 * 86_400)),
    ...numberFields,
  }),
])

/** A table input: named features, in this order, become the columns of `tensor` (float32, shape [rows, columns]). */
const TableInputSchema = v.object({
  kind: v.literal('table'),
  name: AuthorNameSchema,
  tensor: AuthorNameSchema,
  features: v.pipe(v.array(FeatureSchema), v.minLength(1), v.maxLength(4096)),
})

/** One reading of an output tensor. */
const OutputReadingSchema = v.variant('kind', [
  /** Scores over labels. `activation` says what turns them into probabilities (`none`: they are). */
  v.object({
    kind: v.literal('classification'),
    tensor: AuthorNameSchema,
    activation: v.picklist(['softmax', 'sigmoid', 'none']),
    labels: v.pipe(v.array(AuthorNameSchema), v.minLength(1), v.maxLength(65_536)),
    /** How many labels `top` lists, best first. */
    top: v.optional(count),
    /** Below this probability there is no label. For sigmoid: labels at or above it apply. */
    threshold: v.optional(v.pipe(finite, v.minValue(0), v.maxValue(1))),
  }),
  /** One number: value * scale + offset, with a unit, and named bands by lower bound. */
  v.object({
    kind: v.literal('regression'),
    tensor: AuthorNameSchema,
    unit: v.optional(AuthorNameSchema),
    scale: v.optional(finite),
    offset: v.optional(finite),
    min: v.optional(finite),
    max: v.optional(finite),
    bands: v.optional(v.array(v.object({ from: finite, label: AuthorNameSchema }))),
  }),
])

/** The declarative pre- and post-processing that travels with a package. Inputs it does not name pass as tensors. */
export const PipelineSchema = v.object({
  inputs: v.pipe(v.array(v.variant('kind', [ImageInputSchema, TableInputSchema])), v.maxLength(64)),
  /** The first reading gives the prediction's `label` or `value`. */
  outputs: v.pipe(v.array(OutputReadingSchema), v.maxLength(64)),
})

export type Pipeline = v.InferOutput<typeof PipelineSchema>
export type ImageInput = v.InferOutput<typeof ImageInputSchema>
export type ImageStep = v.InferOutput<typeof ImageStepSchema>
export type TableInput = v.InferOutput<typeof TableInputSchema>
export type Feature = v.InferOutput<typeof FeatureSchema>
export type Check = v.InferOutput<typeof CheckSchema>
export type OutputReading = v.InferOutput<typeof OutputReadingSchema>
