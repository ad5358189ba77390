import { HomingError } from '@homing/protocol'

import type { Emitter, ShapedValue } from './emitter.ts'

/**
 * The shape of two tensors broadcast against one another (ONNX, Broadcasting).
 * @throws HomingError ONNX_INVALID when they do not fit.
 */
export function broadcastShape(left: readonly number[], right: readonly number[]): number[] {
  const rank = Math.max(left.length, right.length)
  return Array.from({ length: rank }, (_, axis) => {
    const [a, b] = [left[axis - rank + left.length] ?? 1, right[axis - rank + right.length] ?? 1]
    if (a === b || b === 1) return a
    if (a === 1) return b
    throw new HomingError(
      'ONNX_INVALID',
      `Shapes [${left.join(', ')}] and [${right.join(', ')}] do not broadcast`,
    )
  })
}

/** The gradient of a tensor of `shape` that was broadcast to the gradient's shape: summed where it was repeated. */
export function sumToShape(emit: Emitter, gradient: ShapedValue, shape: readonly number[]): ShapedValue {
  const added = gradient.shape.length - shape.length
  const axes = gradient.shape.flatMap((dim, axis) =>
    axis < added || (shape[axis - added] === 1 && dim !== 1) ? [axis] : [],
  )
  if (axes.length === 0) return gradient
  return emit.reshape(emit.sum(gradient, axes, false), shape)
}
