/** A label with its probability. */
export interface ScoredLabel {
  readonly label: string
  readonly probability: number
}

/** Scores over labels, read. */
export interface ClassificationReading {
  readonly kind: 'classification'
  readonly tensor: string
  /** The most probable label; absent below the threshold, or when the model gave no number. */
  readonly label?: string
  /** Probability of the most probable label, also where it stays below the threshold. */
  readonly probability?: number
  /** Probability of every label. */
  readonly probabilities: Readonly<Record<string, number>>
  /** The most probable labels, best first. */
  readonly top: readonly ScoredLabel[]
  /** For `sigmoid`: every label whose probability reaches the threshold (0.5 where none is declared), best first. */
  readonly labels?: readonly string[]
}

/** One number, read. */
export interface RegressionReading {
  readonly kind: 'regression'
  readonly tensor: string
  readonly value: number
  readonly unit?: string
  /** Label of the band that the value lies in; absent below the first. */
  readonly band?: string
}

/** One output tensor of one sample, read as the pipeline says. */
export type Reading = ClassificationReading | RegressionReading

/** One sample, read: the fields of the first reading, and all readings in the order of the pipeline. */
export interface SampleReading {
  readonly label?: string
  readonly probability?: number
  readonly probabilities?: Readonly<Record<string, number>>
  readonly top?: readonly ScoredLabel[]
  readonly labels?: readonly string[]
  readonly value?: number
  readonly unit?: string
  readonly band?: string
  readonly readings: readonly Reading[]
}
