import type { Loss } from './loss.ts'

/** Mean of the squared differences over all elements. Targets have the output's type. Metric: `mae`. */
export const meanSquaredError: Loss = {
  targets: ({ dtype, shape }) => ({ dtype, shape }),
  write(emit, output, targets) {
    const axes = output.shape.map((_, axis) => axis)
    const share = 1 / output.shape.reduce((product, dim) => product * dim, 1)
    const difference = emit.binary('Sub', output, targets)
    const squares = emit.binary('Mul', difference, difference)
    return {
      loss: emit.binary('Mul', emit.sum(squares, axes, false), share),
      metrics: { mae: emit.binary('Mul', emit.sum(emit.unary('Abs', difference), axes, false), share) },
      gradient: emit.binary('Mul', difference, 2 * share),
    }
  },
}
