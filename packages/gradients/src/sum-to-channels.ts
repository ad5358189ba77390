import type { Emitter, ShapedValue } from './emitter.ts'

/** The sum over all axes but that of the channels, axis 1. */
export function sumToChannels(emit: Emitter, value: ShapedValue): ShapedValue {
  const others = value.shape.map((_, axis) => axis).filter((axis) => axis !== 1)
  return emit.sum(value, others, false)
}
