import type { Emitter, ShapedValue } from './emitter.ts'

/** The gradient of a tensor of `shape` that was broadcast to the gradient's shape: summed where it was repeated. */
export function sumToShape(emit: Emitter, gradient: ShapedValue, shape: readonly number[]): ShapedValue {
  const added = gradient.shape.length - shape.length
  const axes = gradient.shape.flatMap((dim, axis) =>
    axis < added || (shape[axis - added] === 1 && dim !== 1) ? [axis] : [],
  )
  if (axes.length === 0) return gradient
  return emit.reshape(emit.sum(gradient, axes, false), shape)
}
