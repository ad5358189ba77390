import type { Emitter, ShapedValue } from './emitter.ts'
import type { ForwardNode } from './forward-node.ts'

/** What a gradient rule works with. */
export interface RuleContext {
  readonly node: ForwardNode
  readonly emit: Emitter
  /** Whether the gradient of input `index` is wanted; a rule need not compute others. */
  readonly wants: (index: number) => boolean
}

/**
 * Writes the vector-Jacobian product of one operator: from the gradients of the node's outputs (undefined where the
 * loss does not depend on one) to those of its inputs, in their order and of their shapes; undefined where not wanted.
 * @throws HomingError GRADIENT_UNSUPPORTED, by `refuseGradient`, for a form of the operator without gradient.
 */
export type GradientRule = (context: RuleContext, gradients: readonly (ShapedValue | undefined)[]) => (ShapedValue | undefined)[]

/** A rule of an operator of which only the first output has a gradient. */
export function firstOutputRule(rule: (context: RuleContext, gradient: ShapedValue) => (ShapedValue | undefined)[]): GradientRule {
  return (context, [gradient]) => (gradient ? rule(context, gradient) : [])
}
