import { type ChiSquaredResult, chiSquaredFit } from './chi-squared.ts'

/**
 * Sample ratio mismatch: were the arms assigned as planned? (Fabijan et al., KDD 2019.) A p below 0.001 says that
 * something, such as a crash in one arm, loses devices, and that no comparison of the arms can be trusted.
 * @param planned shares of the arms, in any scale; even when left out.
 * @throws HomingError DATA_INVALID for bad counts.
 */
export function sampleRatioTest(assigned: readonly number[], planned?: readonly number[]): ChiSquaredResult {
  return chiSquaredFit(assigned, planned)
}
