import * as v from 'valibot'

import { AuthorNameSchema, ModelNameSchema } from './names.ts'

const finite = v.pipe(v.number(), v.finite())
const share = v.pipe(finite, v.minValue(0), v.maxValue(1))
const temperature = v.optional(v.pipe(finite, v.gtValue(0)))

/**
 * What is done with a sample outside a guard: it gets no answer; it gets the answer of `fallback`; or it keeps its answer,
 * marked.
 */
const then = v.picklist(['abstain', 'fallback', 'mark'])

/** Of each number, of their mean, or of their standard deviation over the sample. */
const of = v.optional(v.picklist(['each', 'mean', 'deviation']))
const range = { of, min: v.optional(finite), max: v.optional(finite) }

/** What an input, or one feature of a table, was in the data that the model was made from. */
const InputGuardSchema = v.variant('kind', [
  /** Bounds of a feature's value before encoding; of an input without features, of its tensor's numbers. */
  v.object({
    kind: v.literal('range'),
    input: AuthorNameSchema,
    feature: v.optional(AuthorNameSchema),
    ...range,
    then,
  }),
  /** The values that a feature, or each number of a tensor, may have. */
  v.object({
    kind: v.literal('set'),
    input: AuthorNameSchema,
    feature: v.optional(AuthorNameSchema),
    values: v.pipe(v.array(v.union([v.string(), finite])), v.minLength(1), v.maxLength(65_536)),
    then,
  }),
])

/** A rule on an output. Margin, entropy and labels need one that the pipeline reads as a classification. */
const OutputGuardSchema = v.variant('kind', [
  /** No NaN and no infinity. */
  v.object({ kind: v.literal('finite'), output: AuthorNameSchema, then }),
  v.object({ kind: v.literal('range'), output: AuthorNameSchema, ...range, then }),
  /** The most probable label is so far ahead of the next. */
  v.object({ kind: v.literal('margin'), output: AuthorNameSchema, least: share, temperature, then }),
  /** Shannon entropy of the probabilities, as a share of the greatest that so many labels can have. */
  v.object({ kind: v.literal('entropy'), output: AuthorNameSchema, most: share, temperature, then }),
  /** The most probable label is one of these. */
  v.object({
    kind: v.literal('labels'),
    output: AuthorNameSchema,
    labels: v.pipe(v.array(AuthorNameSchema), v.minLength(1), v.maxLength(65_536)),
    then,
  }),
  /** No element exceeds its counterpart in another output: a lower quantile lies below an upper one. */
  v.object({ kind: v.literal('order'), output: AuthorNameSchema, atMost: AuthorNameSchema, then }),
])

/** What answers in the model's place: a fixed label or value, another model, or the app's own remote hook. */
const FallbackSchema = v.variant('kind', [
  v.object({ kind: v.literal('label'), label: AuthorNameSchema }),
  v.object({ kind: v.literal('value'), value: finite }),
  v.object({ kind: v.literal('model'), model: ModelNameSchema }),
  v.object({ kind: v.literal('remote') }),
])

/** Outside what was declared here a model's answer is withheld, replaced or marked, and counted. */
export const GuardsSchema = v.pipe(
  v.object({
    inputs: v.optional(v.pipe(v.array(InputGuardSchema), v.maxLength(4_096))),
    /**
     * Least confidence of a classification: the probability of the most probable label, under softmax with its scores
     * divided by `temperature` (Guo et al. 2017, "On Calibration of Modern Neural Networks").
     */
    confidence: v.optional(
      v.object({ output: v.optional(AuthorNameSchema), least: share, temperature, then }),
    ),
    outputs: v.optional(v.pipe(v.array(OutputGuardSchema), v.maxLength(256))),
    fallback: v.optional(FallbackSchema),
  }),
  v.check(
    ({ inputs = [], confidence, outputs = [], fallback }) =>
      fallback !== undefined ||
      [...inputs, ...outputs, ...(confidence ? [confidence] : [])].every(
        (guard) => guard.then !== 'fallback',
      ),
    'a guard falls back, and there is no fallback',
  ),
)

/** What a model's inputs and outputs must keep, and what is done where they do not. */
export type Guards = v.InferOutput<typeof GuardsSchema>
export type InputGuard = v.InferOutput<typeof InputGuardSchema>
export type OutputGuard = v.InferOutput<typeof OutputGuardSchema>
export type Fallback = v.InferOutput<typeof FallbackSchema>
