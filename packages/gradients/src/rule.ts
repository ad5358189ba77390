import type { Emitter, ShapedValue } from './emitter.ts'
import type { ForwardNode } from './forward-node.ts'

/** What a gradient rule works with. */
export interface RuleContext {
  readonly node: ForwardNode
  readonly emit: Emitter
  /** Whether the gradient of input `index` is wanted; a rule need not compute others. */
  readonly wants: (index: number) => boolean
}

/** Gradients in the order of a node's outputs or inputs; undefined where there is none, or none is wanted. */
export type Gradients = (ShapedValue | undefined)[]

/** How one operator is differentiated. */
export interface GradientRule {
  /**
   * Writes the vector-Jacobian product: from the gradients of the node's outputs (undefined where the loss does not
   * depend on one) to those of its inputs, of their shapes.
   */
  readonly write: (context: RuleContext, gradients: Readonly<Gradients>) => Gradients
  /** Why this form of the operator has no gradient; undefined when it has one. */
  readonly refusal: (node: ForwardNode) => string | undefined
  /** Whether its gradient is zero wherever it has one, as that of rounding: nothing is learned through it. */
  readonly flat?: boolean
  /** Floating-point inputs that have no gradient, such as running averages. */
  readonly frozen?: readonly number[]
}

/** A rule of an operator of which only the first output has a gradient. */
export function firstOutputRule(
  write: (context: RuleContext, gradient: ShapedValue) => Gradients,
  refusal: GradientRule['refusal'] = () => undefined,
  frozen: readonly number[] = [],
): GradientRule {
  return { write: (context, [gradient]) => (gradient ? write(context, gradient) : []), refusal, frozen }
}
