import { HomingError } from '@homing/protocol'

import { checkCounts, total } from './counts.ts'

/** Chances with which a device reports. */
export interface ResponseChances {
  /** That it reports its own category. */
  readonly truth: number
  /** That it reports one certain other category. */
  readonly lie: number
}

/**
 * Chances of k-ary randomised response under a privacy budget (Warner, 1965; Kairouz et al., NeurIPS 2014).
 * @throws HomingError CONFIG_INVALID for fewer than two categories or an epsilon that is not positive.
 */
export function responseChances(epsilon: number, categories: number): ResponseChances {
  if (!(epsilon > 0 && categories >= 2))
    throw new HomingError('CONFIG_INVALID', 'randomised response needs a positive epsilon and two categories')
  const lie = 1 / (Math.exp(epsilon) + categories - 1)
  return { truth: 1 - (categories - 1) * lie, lie }
}

/** Privacy budget that the chances spend: the logarithm of the worst ratio between two devices' reports. */
export function epsilonOf({ truth, lie }: ResponseChances): number {
  return Math.log(truth / lie)
}

/**
 * Unbiased estimate of the true counts behind reported ones. Where few report, an estimate may lie below 0 or above n:
 * clamping it would bias every sum of estimates.
 * @throws HomingError DATA_INVALID for bad counts, CONFIG_INVALID when truths are no likelier than lies.
 */
export function estimateTruth(reported: readonly number[], { truth, lie }: ResponseChances): number[] {
  checkCounts(reported, 'the reports')
  if (!(truth > lie && lie >= 0))
    throw new HomingError(
      'CONFIG_INVALID',
      'nothing can be told from reports whose truth is no likelier than a lie',
    )
  const n = total(reported)
  return reported.map((count) => (count - n * lie) / (truth - lie))
}
