/** The value below which a share `q` of the samples lies, interpolated between neighbours (R's type 7). */
export function quantile(samples: readonly number[], q: number): number {
  if (samples.length === 0) return NaN
  const sorted = samples.toSorted((a, b) => a - b)
  const position = q * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!)
}

/** Median and spread of samples, all in the samples' unit. */
export interface Summary {
  readonly median: number
  /** The first and the third quartile. */
  readonly quartiles: readonly [number, number]
}

/** Median and quartiles. */
export function summarise(samples: readonly number[]): Summary {
  return { median: quantile(samples, 0.5), quartiles: [quantile(samples, 0.25), quantile(samples, 0.75)] }
}

/** A summary in words: `120 ms (112 to 131)`. */
export function inWords({ median, quartiles }: Summary, unit: string): string {
  return `${round(median)} ${unit} (${round(quartiles[0])} to ${round(quartiles[1])})`
}

/** Three significant digits, or whole numbers above a hundred. */
export function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}
