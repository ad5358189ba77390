import { HomingError } from '@homing/protocol'

/** A mean that may be looked at after every observation. JSON-able; start with `emptyMixture`. */
export interface Mixture {
  readonly observed: number
  readonly sum: number
  /** Logarithm of the largest e-value so far. */
  readonly evidence: number
}

/** Nothing observed. */
export function emptyMixture(): Mixture {
  return { observed: 0, sum: 0, evidence: 0 }
}

/**
 * Mixture sequential probability ratio test (Robbins, Ann. Math. Stat. 41, 1970; Johari et al., Oper. Res. 70, 2022): is the mean
 * of these observations still 0? May be read after every one.
 * @param z the observation (or several, summed), as standard deviations from its mean in the baseline.
 * @param spread standard deviation of the shifts that are thought possible.
 * @param count how many observations `z` sums.
 * @throws HomingError DATA_INVALID for an observation that is not finite, or a spread or count that is not positive.
 */
export function stepMixture(state: Mixture, z: number, spread: number, count = 1): Mixture {
  if (!(Number.isFinite(z) && spread > 0 && count > 0))
    throw new HomingError('DATA_INVALID', 'an observation is finite, and spread and count are positive')
  const [observed, sum] = [state.observed + count, state.sum + z]
  const inflation = 1 + observed * spread ** 2
  const logarithm = (spread * sum) ** 2 / (2 * inflation) - Math.log(inflation) / 2
  return { observed, sum, evidence: Math.max(state.evidence, logarithm) }
}

/**
 * A p that is valid at every look: the chance that it ever falls to alpha while nothing has changed is at most alpha (Ville, 1939).
 */
export function mixtureP({ evidence }: Mixture): number {
  return Math.exp(-evidence)
}
