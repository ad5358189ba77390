import { responseChances } from '@homing/stats'

import type { RandomBits } from './random-bits.ts'

/** As finely as a chance is told apart from another. */
const fineness = 2 ** 32

/**
 * Says which of `categories` (at least two) is reported: with the chance e^epsilon / (e^epsilon + k - 1) the true one, else one
 * of the others, each as likely (Warner, 1965; Kairouz et al., 2014). `estimateTruth` of `@homing/stats` reads what comes of it.
 */
export function randomisedResponse(
  bits: RandomBits,
  epsilon: number,
  categories: number,
): (truth: number) => number {
  // Rounded up: a lie is never less likely than the budget asks for.
  const lie = Math.ceil(responseChances(epsilon, categories).lie * fineness)
  const lies = Math.min(fineness, lie * categories)
  return (truth) => (bits.below(fineness) < lies ? bits.below(categories) : truth)
}
