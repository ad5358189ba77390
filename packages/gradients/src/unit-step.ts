import type { Emitter, ShapedValue } from './emitter.ts'

/** Steep enough that all but the tiniest numbers reach an end, flat enough that none overflows on the way. */
const steep = 1e30

/** 1 where `value` is above zero, else 0: one pass, with a kernel on every backend (WebGPU has none for Sign). */
export function unitStep(emit: Emitter, value: ShapedValue): ShapedValue {
  if (value.dtype !== 'float32') return emit.mask('Greater', value, 0)
  return emit.op('HardSigmoid', [value], value.shape, { alpha: steep, beta: 0 })
}

/** 1 where `value` is above zero, -1 below, 0 at zero. */
export function signOf(emit: Emitter, value: ShapedValue): ShapedValue {
  if (value.dtype !== 'float32') return emit.unary('Sign', value)
  const [low, high] = [emit.scalar(-1, value.dtype), emit.scalar(1, value.dtype)]
  return emit.op('Clip', [emit.binary('Mul', value, steep), low, high], value.shape)
}
