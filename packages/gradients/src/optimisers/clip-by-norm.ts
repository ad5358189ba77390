import type { Emitter, ShapedValue } from '../emitter.ts'

/** Keeps the division finite where all gradients are 0. */
const leastNorm = 1e-12

/** The gradients, all made smaller by one factor where their common norm exceeds `limit` (Pascanu et al. 2013). */
export function clipByNorm(
  emit: Emitter,
  gradients: ReadonlyMap<string, ShapedValue>,
  norm: ShapedValue,
  limit: number,
): Map<string, ShapedValue> {
  const factor = emit.binary('Min', emit.binary('Div', limit, emit.binary('Max', norm, leastNorm)), 1)
  const clipped = [...gradients].map(([name, gradient]): [string, ShapedValue] => [
    name,
    emit.binary('Mul', gradient, gradient.dtype === 'float32' ? factor : emit.cast(factor, gradient.dtype)),
  ])
  return new Map(clipped)
}
