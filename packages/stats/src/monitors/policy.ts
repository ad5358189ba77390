import { HomingError, type MonitorsSection } from '@homing/protocol'

/** What counts as a change that someone should hear of. Every field has a default. */
export interface MonitorPolicy {
  /** Largest chance of any false alarm in one run, over all comparisons together. */
  readonly alpha: number
  /** `holm` bounds the chance of any false alarm, `benjamini-hochberg` the share of false ones among the alarms. */
  readonly correction: 'holm' | 'benjamini-hochberg'
  /** Fewest observations on either side. */
  readonly leastSamples: number
  /** Fewest observations on either side once alike ones of a device are counted for what they tell. */
  readonly leastEffective: number
  /** Share of the window's predictions whose label has to be known before performance is judged. */
  readonly leastCoverage: number
  /** Least changes, below which even a certain change is no alarm. */
  readonly effects: Effects
}

/** Least changes that matter. */
export interface Effects {
  /** Of a distribution: Kolmogorov-Smirnov or Jensen-Shannon distance, 0..1. */
  readonly distance: number
  /** Of the rate of missing, mistyped, failed or unseen values. */
  readonly quality: number
  /** Of the rate of errors, load failures or fallbacks. */
  readonly failures: number
  /** Of a quantile of latency, as a share of it. */
  readonly latency: number
  /** Of predictions per hour, as a factor up or down. */
  readonly volume: number
  /** Versions that serve at once, weighted by their share. */
  readonly versions: number
  /** Of a correlation. */
  readonly correlation: number
  /** Of accuracy; of mean absolute error as a share of it. */
  readonly accuracy: number
  readonly error: number
  /** Of the Gini coefficient of what is recommended. */
  readonly concentration: number
  /** Of a mean, in standard deviations: labels, embeddings. */
  readonly deviations: number
  /** Of the AUC of a domain classifier above 0.5. */
  readonly separation: number
}

/** What is used where a model's policy says nothing. */
export const defaultPolicy: MonitorPolicy = {
  alpha: 0.01,
  correction: 'holm',
  leastSamples: 100,
  leastEffective: 20,
  leastCoverage: 0.2,
  effects: {
    distance: 0.1,
    quality: 0.02,
    failures: 0.01,
    latency: 0.25,
    volume: 3,
    versions: 4,
    correlation: 0.2,
    accuracy: 0.03,
    error: 0.1,
    concentration: 0.1,
    deviations: 0.2,
    separation: 0.1,
  },
}

/** What a manifest may say; the rest is as by default. */
export type PartialPolicy = Omit<MonitorsSection, 'schedule'>

/**
 * The whole policy.
 * @throws HomingError CONFIG_INVALID for a figure that is not finite, not positive, or a share above 1.
 */
export function monitorPolicy(said: PartialPolicy = {}): MonitorPolicy {
  const policy = { ...defaultPolicy, ...said, effects: { ...defaultPolicy.effects, ...said.effects } }
  const { alpha, leastCoverage, leastSamples, leastEffective, effects } = policy
  const figures = { alpha, leastCoverage, leastSamples, leastEffective, ...effects }
  for (const [name, value] of Object.entries(figures)) {
    const most = name === 'alpha' || name === 'leastCoverage' ? 1 : Infinity
    if (!(value !== undefined && value > 0 && value <= most && Number.isFinite(value)))
      throw new HomingError('CONFIG_INVALID', `monitors: ${name} cannot be ${String(value)}`)
  }
  return policy as MonitorPolicy
}
