import type { Emitter, ShapedValue } from '../emitter.ts'

/** Just below the largest float32; comparing with it is false for infinity and for what is not a number. */
const largest = 3.4e38

/** Whether all of these scalars are finite: a bool scalar. */
export function allFinite(emit: Emitter, scalars: readonly ShapedValue[]): ShapedValue {
  return scalars
    .map((scalar) => {
      const single = scalar.dtype === 'float32' ? scalar : emit.cast(scalar, 'float32')
      return emit.compare('Less', emit.unary('Abs', single), largest)
    })
    .reduce((all, finite) => emit.op('And', [all, finite], []))
}
