import type { Tensors } from '../engine.ts'
import type { Vectors } from './integrated-gradients.ts'

/** Where the gradients of a model's output with respect to its inputs come from. */
export interface GradientSource {
  /** The output that is explained. */
  readonly output: string
  /** Inputs that have gradients. */
  readonly inputs: readonly string[]
  /**
   * How the model's inputs are laid out for one call: how many points at once, and the shapes.
   * @throws HomingError INPUT_SHAPE when gradients of inputs of these shapes cannot be had.
   */
  layoutFor(point: Tensors): PointLayout
  /** The gradients, at each of the points, of the sum of the output's elements, weighed by `weights` for each point. */
  gradientsAt(points: Tensors, weights: Float64Array): Promise<Vectors>
}

/** How points are handed to a gradient source. */
export interface PointLayout {
  readonly points: number
  readonly shapes: Readonly<Record<string, readonly number[]>>
}
