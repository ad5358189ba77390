import { HomingError } from '@homing/protocol'

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
