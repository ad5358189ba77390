import type { Emitter, ShapedValue } from '../emitter.ts'

/** The part of a mean that each element of `value` has. */
export function shareOf({ shape }: ShapedValue): number {
  return 1 / shape.reduce((product, dim) => product * dim, 1)
}

/** The mean of all elements, a scalar. */
export function meanOf(emit: Emitter, value: ShapedValue): ShapedValue {
  const axes = value.shape.map((_, axis) => axis)
  return emit.binary('Mul', emit.sum(value, axes, false), shareOf(value))
}
