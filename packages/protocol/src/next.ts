import * as v from 'valibot'

import { AuthorNameSchema, ModelNameSchema } from './names.ts'

const share = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1))

/** What runs after a prediction. Models named here are opened with the one that names them, and have updates of their own. */
export const NextSchema = v.pipe(
  v.variant('kind', [
    /** Another model takes outputs of this one: its inputs, by name, to outputs of this model. */
    v.object({
      kind: v.literal('chain'),
      model: ModelNameSchema,
      inputs: v.pipe(
        v.record(AuthorNameSchema, AuthorNameSchema),
        v.check((inputs) => Object.keys(inputs).length > 0, 'a chain passes nothing on'),
      ),
    }),
    /** Other models take the tensors that this one's inputs were encoded to. */
    v.object({
      kind: v.literal('fan-out'),
      models: v.pipe(v.array(ModelNameSchema), v.minLength(1), v.maxLength(16)),
    }),
    /**
     * Below a confidence another model, or the app's own remote hook, answers the same inputs. Confidence is the probability
     * of the most probable label, under softmax with its scores divided by `temperature`.
     */
    v.object({
      kind: v.literal('cascade'),
      below: share,
      temperature: v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0))),
      /** The output that is read as a classification; the first where none is named. */
      output: v.optional(AuthorNameSchema),
      model: v.optional(ModelNameSchema),
      remote: v.optional(v.literal(true)),
    }),
  ]),
  v.check(
    (next) => next.kind !== 'cascade' || (next.model === undefined) !== (next.remote === undefined),
    'a cascade leads to a model or to the remote hook, to one of them',
  ),
)

/** What runs after a prediction. */
export type Next = v.InferOutput<typeof NextSchema>
