import * as v from 'valibot'

import { AuthorNameSchema } from './names.ts'

const positive = v.pipe(v.number(), v.finite(), v.gtValue(0))
const notNegative = v.pipe(v.number(), v.finite(), v.minValue(0))
/** From 0 to below 1. */
const share = v.pipe(v.number(), v.minValue(0), v.ltValue(1))
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1))

/** What training makes small: a mean over the batch. */
export const LossSchema = v.variant('kind', [
  v.object({
    /** Of logits [batch, classes] to class indices (int32 [batch]), or to probabilities where `oneHot` is set. */
    kind: v.literal('softmax-cross-entropy'),
    /** Targets are float32 [batch, classes] instead of class indices. */
    oneHot: v.optional(v.boolean()),
    /** Share of the target that all classes get alike (Szegedy et al. 2016). 0 when absent. */
    labelSmoothing: v.optional(share),
    /** What each class counts; the mean is then over the weights of the examples' classes. All alike when absent. */
    classWeights: v.optional(v.pipe(v.array(positive), v.minLength(1))),
  }),
  /** Of logits to probabilities, of the output's shape. */
  v.object({ kind: v.literal('binary-cross-entropy') }),
  /** Mean squared error. */
  v.object({ kind: v.literal('mse') }),
  /** Mean absolute error. */
  v.object({ kind: v.literal('mae') }),
  v.object({
    /** Huber's loss (1964). */
    kind: v.literal('huber'),
    /** Difference from which on the loss grows in a straight line. 1 when absent. */
    delta: v.optional(positive),
  }),
  /** RankNet (Burges et al. 2005) of scores [batch, items] to relevances of that shape. */
  v.object({ kind: v.literal('pairwise-ranking') }),
  /** A loss of the publisher's own, as an ONNX graph. */
  v.object({ kind: v.literal('graph') }),
])

/** What training makes small. */
export type LossSettings = v.InferOutput<typeof LossSchema>

/** How gradients change parameters. */
export const OptimiserSchema = v.variant('kind', [
  /** Plain gradient descent. */
  v.object({ kind: v.literal('sgd') }),
  v.object({
    kind: v.literal('momentum'),
    /** Share of the velocity that a step keeps. 0.9 when absent. */
    decay: v.optional(share),
    /** Whether to look ahead (Nesterov). */
    nesterov: v.optional(v.boolean()),
  }),
  v.object({
    /** Adam (Kingma and Ba 2015); with the recipe's `weightDecay` it is AdamW (Loshchilov and Hutter 2019). */
    kind: v.literal('adam'),
    /** 0.9 when absent. */
    beta1: v.optional(share),
    /** 0.999 when absent. */
    beta2: v.optional(share),
    /** 1e-8 when absent. */
    epsilon: v.optional(positive),
  }),
])

/** How gradients change parameters. */
export type OptimiserSettings = v.InferOutput<typeof OptimiserSchema>

/**
 * Which learned tensors change: all, those of the last layer, all biases and scales of normalisation, or those that
 * patterns name (`*` stands for any run of characters).
 */
export const TrainableSchema = v.union([
  v.picklist(['all', 'head', 'biases-and-norms']),
  v.pipe(v.array(AuthorNameSchema), v.minLength(1), v.maxLength(1024)),
])

/** Which learned tensors change. */
export type Trainable = v.InferOutput<typeof TrainableSchema>

/** How one step of training is written, whatever runs it. */
export const StepRecipeSchema = v.object({
  /** The output that the loss reads; the first when absent. */
  output: v.optional(AuthorNameSchema),
  trainable: v.optional(TrainableSchema),
  loss: LossSchema,
  optimiser: OptimiserSchema,
  /**
   * Share of itself, times the learning rate, that a step takes from each trained tensor of rank 2 or more, apart from
   * the gradient (Loshchilov and Hutter 2019). Biases and scales are left alone. 0 when absent.
   */
  weightDecay: v.optional(notNegative),
  /** Largest norm of all gradients together; larger ones are made smaller by one factor. No limit when absent. */
  clipNorm: v.optional(positive),
  /** Weight of the pull towards the parameters that training began with (FedProx, Li et al. 2020). 0 when absent. */
  proximal: v.optional(notNegative),
  /** Whether normalisation takes mean and variance of the batch, and moves the stored averages. */
  batchStatistics: v.optional(v.boolean()),
  /** Steps whose mean gradient makes one change of the parameters: large batches in small memories. 1 when absent. */
  accumulate: v.optional(count),
  /** Whether activations are computed again on the way back instead of kept (Chen et al. 2016): less memory, more time. */
  recompute: v.optional(v.boolean()),
})

/** How one step of training is written. */
export type StepRecipe = v.InferOutput<typeof StepRecipeSchema>

/** How a device trains a package by itself. */
export const TrainingRecipeSchema = v.object({
  ...StepRecipeSchema.entries,
  learningRate: positive,
  /** Examples in one step. */
  batch: count,
  /** Times that training goes over all examples. */
  epochs: count,
})

/** How a device trains a package by itself. */
export type TrainingRecipe = v.InferOutput<typeof TrainingRecipeSchema>
