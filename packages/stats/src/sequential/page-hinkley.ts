import { HomingError } from '@homing/protocol'

/** How a Page-Hinkley test is set: by hand, for it states no rate of false alarms. */
export interface PageHinkleyOptions {
  /** Change of the mean that is tolerated, in the observations' unit. */
  readonly tolerance: number
  /** Sum of intolerable deviations that raises the alarm. */
  readonly threshold: number
  /** Observations before the first alarm. */
  readonly least: number
}

/** JSON-able; start with `emptyPageHinkley`. */
export interface PageHinkley {
  readonly observed: number
  readonly mean: number
  readonly sum: number
  readonly lowest: number
}

/** Nothing observed. */
export function emptyPageHinkley(): PageHinkley {
  return { observed: 0, mean: 0, sum: 0, lowest: 0 }
}

/**
 * Observes one value: the test finds a rising mean when its baseline is not known and has to be learnt on the way (Page, 1954;
 * Hinkley, Biometrika 58, 1971; Gama et al., ACM Comput. Surv. 46, 2014).
 * @throws HomingError DATA_INVALID for a value that is not finite.
 */
export function stepPageHinkley(
  state: PageHinkley,
  value: number,
  { tolerance }: PageHinkleyOptions,
): PageHinkley {
  if (!Number.isFinite(value)) throw new HomingError('DATA_INVALID', `${value} is no observation`)
  const observed = state.observed + 1
  const mean = state.mean + (value - state.mean) / observed
  const sum = state.sum + value - mean - tolerance
  return { observed, mean, sum, lowest: Math.min(state.lowest, sum) }
}

/** Whether the mean has risen. */
export function pageHinkleyAlarm(state: PageHinkley, { threshold, least }: PageHinkleyOptions): boolean {
  return state.observed >= least && state.sum - state.lowest > threshold
}
