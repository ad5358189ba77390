/** What is watched. */
export type MonitorName =
  | 'volume'
  | 'errors'
  | 'load failures'
  | 'fallbacks'
  | 'abstentions'
  | 'latency'
  | 'version spread'
  | 'missing'
  | 'mismatched'
  | 'failed checks'
  | 'not finite'
  | 'unseen categories'
  | 'cardinality'
  | 'correlation'
  | 'feature drift'
  | 'prediction drift'
  | 'label drift'
  | 'multivariate drift'
  | 'slow drift'
  | 'performance'
  | 'estimated performance'
  | 'concentration'
  | 'drift kind'

/** Groups of monitors. */
export type MonitorFamily = 'operational' | 'quality' | 'drift' | 'performance'

/** A part of the window, or a feature, with its share in a change. */
export interface RankedPart {
  readonly by: 'slice' | 'version' | 'variant' | 'backend' | 'browser' | 'feature'
  readonly value: string
  /** Of what moved towards the change: shares of one `by` sum to 1. */
  readonly share: number
}

/** What one monitor says of one subject against one baseline. JSON-able. */
export interface Finding {
  readonly monitor: MonitorName
  readonly family: MonitorFamily
  /** Name of the feature, output or feedback. */
  readonly subject?: string
  /** Whether a feature is meant as the app gave it, or as the model got it. */
  readonly stage?: 'raw' | 'processed'
  readonly baseline: string
  readonly state: 'alarm' | 'quiet' | 'not enough data'
  readonly severity: 'info' | 'warning' | 'critical'
  /** Observations in the window, and what they are worth where those of a device are alike. */
  readonly n: number
  readonly effective: number
  /** What `effect` measures, and from where on it matters. */
  readonly measure: string
  readonly effect?: number
  readonly threshold: number
  readonly p?: number
  /** p after correction for all comparisons of the run: what alpha is held against. */
  readonly adjusted?: number
  /** By how much the effect may be larger than buckets can tell. */
  readonly resolution?: number
  readonly evidence: Readonly<Record<string, number | string>>
  /** Parts of the window by their share in the change, largest first; empty while quiet. */
  readonly ranked: readonly RankedPart[]
  /** In plain words, for whoever is called. */
  readonly reading: string
}
