import { randomisedResponse } from '../random/randomised-response.ts'
import type { RandomBits } from '../random/random-bits.ts'

/** Of `categories`, says which one is told in the place of a true one. */
export type Disguise = (categories: number) => (truth: number) => number

/** Local differential privacy: each answer by randomised response, with this budget for each. */
export function disguiseWith(bits: RandomBits, epsilon: number): Disguise {
  return (categories) => randomisedResponse(bits, epsilon, Math.max(2, categories))
}
