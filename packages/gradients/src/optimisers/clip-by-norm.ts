import type { Emitter, ShapedValue } from '../emitter.ts'

/** Keeps the division finite where all gradients are 0. */
const leastNorm = 1e-12

/**
 * The gradients, all made smaller by one factor where their common norm exceeds `limit` (Pascanu et al. 2013), and
 * that norm before.
 */
export function clipByNorm(
  emit: Emitter,
  gradients: ReadonlyMap<string, ShapedValue>,
  limit: number,
): { gradients: Map<string, ShapedValue>; norm: ShapedValue } {
  const squares = [...gradients.values()].map((gradient) => {
    const axes = gradient.shape.map((_, axis) => axis)
    const square = emit.sum(emit.binary('Mul', gradient, gradient), axes, false)
    return square.dtype === 'float32' ? square : emit.cast(square, 'float32')
  })
  const norm = emit.unary(
    'Sqrt',
    squares.reduce((sum, square) => emit.binary('Add', sum, square)),
  )
  const factor = emit.binary('Min', emit.binary('Div', limit, emit.binary('Max', norm, leastNorm)), 1)
  const clipped = [...gradients].map(([name, gradient]): [string, ShapedValue] => [
    name,
    emit.binary('Mul', gradient, gradient.dtype === 'float32' ? factor : emit.cast(factor, gradient.dtype)),
  ])
  return { gradients: new Map(clipped), norm }
}
