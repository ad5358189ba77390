import type { Emitter, ShapedValue } from '../emitter.ts'

/** The sum of the squares of all elements of all `values`: a float32 scalar. */
export function sumOfSquares(emit: Emitter, values: readonly ShapedValue[]): ShapedValue {
  return values
    .map((value) => {
      const axes = value.shape.map((_, axis) => axis)
      const square = emit.sum(emit.binary('Mul', value, value), axes, false)
      return square.dtype === 'float32' ? square : emit.cast(square, 'float32')
    })
    .reduce((sum, square) => emit.binary('Add', sum, square))
}
