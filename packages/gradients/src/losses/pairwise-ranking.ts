import { HomingError } from '@homing/protocol'

import type { Loss } from './loss.ts'

/**
 * RankNet (Burges et al. 2005) of scores [batch, items] to relevances of that shape: log(1 + e^(s_j - s_i)), mean over
 * all pairs of items of one example of which i is the more relevant; 0 where there is none. Metric: `ordered`, the share
 * of these pairs in which i has the higher score.
 */
export const pairwiseRanking: Loss = {
  targets({ name, dtype, shape }) {
    if (shape.length !== 2)
      throw new HomingError(
        'CONFIG_INVALID',
        `Pairwise ranking takes scores [batch, items]; "${name}" is [${shape.join(', ')}]`,
      )
    return { dtype, shape }
  },
  write(emit, scores, relevances) {
    const [batch, items] = scores.shape as readonly [number, number]
    const rows = [batch, items, 1]
    const columns = [batch, 1, items]
    const behind = emit.binary('Sub', emit.reshape(scores, columns), emit.reshape(scores, rows))
    const [more, less] = [emit.reshape(relevances, rows), emit.reshape(relevances, columns)]
    const pairs = emit.mask('Greater', more, less)
    const all = [0, 1, 2]
    const share = emit.unary('Reciprocal', emit.binary('Max', emit.sum(pairs, all, false), 1))
    const each = emit.binary('Mul', pairs, emit.unary('Softplus', behind))
    const ordered = emit.binary('Mul', pairs, emit.mask('Less', behind, 0))
    // Each pair pushes its two scores apart by the same amount.
    const push = emit.binary('Mul', pairs, emit.unary('Sigmoid', behind))
    const apart = emit.binary('Sub', emit.sum(push, [1], false), emit.sum(push, [2], false))
    return {
      loss: emit.binary('Mul', emit.sum(each, all, false), share),
      metrics: { ordered: emit.binary('Mul', emit.sum(ordered, all, false), share) },
      gradient: emit.binary('Mul', apart, share),
    }
  },
}
