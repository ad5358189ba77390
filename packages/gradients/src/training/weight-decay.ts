import type { Emitter, ShapedValue } from '../emitter.ts'

/**
 * The parameter less its decay: `share` of itself times the learning rate, apart from the gradient (Loshchilov and
 * Hutter 2019). Tensors below rank 2, biases and scales, stay as they are.
 */
export function decayed(
  emit: Emitter,
  parameter: ShapedValue,
  learningRate: ShapedValue,
  share: number,
): ShapedValue {
  if (share === 0 || parameter.shape.length < 2) return parameter
  return emit.binary('Mul', parameter, emit.binary('Sub', 1, emit.binary('Mul', learningRate, share)))
}
