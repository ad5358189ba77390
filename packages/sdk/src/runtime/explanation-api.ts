import type { Box } from '@homing/pipeline'
import type { Manifest, Tensor } from '@homing/protocol'

import type { Completeness } from './explanation/completeness.ts'
import type { InputValue, TableRow } from '../inputs/input-value.ts'
import type { Backend } from '../libraries/backend.ts'

/** Which number of the output is explained, against what (an `Input`), and how closely. */
export interface ExplainSettings<Input = InputValue> {
  /** Of a classification: the label whose score is explained. Default: the one with the highest score. */
  readonly label?: string
  /** Where the pipeline reads no labels: the element of the output. Default: the largest. */
  readonly index?: number
  /**
   * What the input is compared with, by the names of the inputs: a number for every pixel (0 black, 1 white) or element,
   * a row (features that it lacks keep their default), an image or a tensor. Default: what the package says; else for a
   * row the means that it is standardised by, for an image the background of the pipeline, for a tensor 0.
   */
  readonly baseline?: Readonly<Record<string, number | Input>>
  /** Integrated gradients: points on the way from the baseline, at least. Default 64. */
  readonly steps?: number
  /** Sampled Shapley values: orders of the features, at least. Default 128. */
  readonly samples?: number
  /** Whole number below 2^32 that the orders are drawn from: the same gives the same values. Default 0. */
  readonly seed?: number
}

/** What both kinds of explanations tell. */
interface ExplanationBase {
  /** The label whose score is explained. */
  readonly label?: string
  /** The unit of the explained number. */
  readonly unit?: string
  /**
   * The explained number at the input and at the baseline: a regression's value before it is clamped; a label's score,
   * which under softmax is its logit less the mean of all logits, under sigmoid its logit, else its probability; or an
   * element of the output.
   */
  readonly output: number
  readonly baselineOutput: number
  readonly completeness: Completeness
  readonly version: string
  readonly backend: Backend
  /** Milliseconds in the worker: waiting for other calls, preparing, in the engine. */
  readonly timings: { readonly queue: number; readonly encode: number; readonly run: number }
}

/** What each pixel of an image contributes, summed over its channels, on the grid that the model sees. */
export interface AttributionMap {
  readonly width: number
  readonly height: number
  /** Row by row; positive speaks for the explained number, negative against it. */
  readonly data: Float32Array
  /** The part of the passed image that the grid covers, in its pixels; absent when a tensor was passed. */
  readonly area?: Box
}

/** What each element of the inputs contributes. */
export interface GradientExplanation extends ExplanationBase {
  readonly method: 'integrated-gradients'
  /** Points on the way from the baseline. */
  readonly steps: number
  /** By the names and in the shapes of the model's inputs. */
  readonly attributions: Readonly<Record<string, Tensor>>
  /** By the names of the pipeline's images. */
  readonly maps: Readonly<Record<string, AttributionMap>>
}

/** What each feature of a row contributes. */
export interface ShapleyExplanation extends ExplanationBase {
  readonly method: 'sampled-shapley'
  /** Orders of the features. */
  readonly samples: number
  /** By feature. */
  readonly attributions: Readonly<Record<string, number>>
  /** How uncertain each is, as a standard error. */
  readonly standardErrors: Readonly<Record<string, number>>
  /** The row that the input was compared with. */
  readonly baseline: TableRow
}

/** Why the model answered as it did: what each part of the input adds to the explained number. */
export type Explanation = GradientExplanation | ShapleyExplanation

/** The answer to a request; `needs`: call `loadExplanation`, and then again. */
export type ExplainReply = Explanation | { readonly needs: 'explanation' }

/** The explanation graph of a version and its parameters: verified bytes, moved to the worker. */
export interface ExplanationFiles {
  readonly manifest: Manifest
  readonly graph: Uint8Array<ArrayBuffer>
  readonly parameters: Uint8Array<ArrayBuffer>
}
