import type { ProjectionWire } from '@homing/protocol'
import { HomingError } from '@homing/protocol'

import { holm } from '../hypothesis/several-tests.ts'
import { welchTest } from '../hypothesis/welch.ts'

/** What random projections say of a shift of many dimensions at once. */
export interface ProjectionDrift {
  /** Chance of a shift as clear in any direction, corrected for their number. */
  readonly p: number
  /** Largest difference of means over all directions, in standard deviations. */
  readonly effect: number
}

/**
 * Whether the mean of embeddings moved, seen along random directions: where it moved at all, it moved along nearly every one
 * (Johnson and Lindenstrauss, 1984; Lopes, Jacob and Wainwright, NeurIPS 2011).
 * @param designEffect by which the current sample counts less, where embeddings of one device are alike.
 * @throws HomingError DATA_INVALID for fewer than two vectors, or other directions.
 */
export function projectionDrift(
  baseline: ProjectionWire,
  current: ProjectionWire,
  designEffect = 1,
): ProjectionDrift {
  if (baseline.sums.length !== current.sums.length || current.sums.length === 0)
    throw new HomingError('DATA_INVALID', 'the sketches were not projected on the same directions')
  const tests = current.sums.map((_, direction) =>
    welchTest(sumsOf(baseline, direction, 1), sumsOf(current, direction, Math.max(1, designEffect))),
  )
  return {
    p: Math.min(...holm(tests.map(({ p }) => p))),
    effect: Math.max(...tests.map(({ d }) => (Number.isNaN(d) ? 0 : Math.abs(d)))),
  }
}

function sumsOf({ count, sums, squares }: ProjectionWire, direction: number, weight: number) {
  return { n: count / weight, sum: sums[direction]! / weight, squares: squares[direction]! / weight }
}
