import { HomingError } from '@homing/protocol'

/** Counts between fixed edges: bin 0 holds what is at most `edges[0]`, the last bin what is above the last edge. */
export interface Histogram {
  readonly edges: Float64Array
  readonly counts: Float64Array
}

/**
 * A histogram of no value.
 * @throws HomingError CONFIG_INVALID for edges that do not rise.
 */
export function emptyHistogram(edges: ArrayLike<number>): Histogram {
  const own = Float64Array.from(edges)
  if (
    own.length === 0 ||
    !own.every((edge, at) => Number.isFinite(edge) && (at === 0 || edge > own[at - 1]!))
  )
    throw new HomingError('CONFIG_INVALID', 'Edges of a histogram are finite numbers that rise, at least one')
  return { edges: own, counts: new Float64Array(own.length + 1) }
}

/** Edges of `bins` bins of equal width from 0 to 1, 0 and 1 themselves left out: what scores are counted between. */
export function unitEdges(bins: number): number[] {
  return Array.from({ length: bins - 1 }, (_, at) => (at + 1) / bins)
}

/** Adds a value, in place; NaN adds nothing, infinities lie in the outer bins. */
export function addToHistogram({ edges, counts }: Histogram, value: number): void {
  if (Number.isNaN(value)) return
  let [low, high] = [0, edges.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (edges[middle]! < value) low = middle + 1
    else high = middle
  }
  counts[low]! += 1
}

/**
 * Counts of both.
 * @throws HomingError CONFIG_INVALID where their edges differ.
 */
export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  if (a.edges.length !== b.edges.length || a.edges.some((edge, at) => edge !== b.edges[at]))
    throw new HomingError('CONFIG_INVALID', 'Histograms with different edges cannot be merged')
  return { edges: a.edges, counts: a.counts.map((count, at) => count + b.counts[at]!) }
}

/** The counts; edges travel in the manifest. */
export function histogramToWire({ counts }: Histogram): number[] {
  return [...counts]
}

/** @throws HomingError DATA_INVALID where there is not one count more than edges. */
export function histogramFromWire(edges: ArrayLike<number>, counts: readonly number[]): Histogram {
  const histogram = emptyHistogram(edges)
  if (counts.length !== histogram.counts.length)
    throw new HomingError(
      'DATA_INVALID',
      `A histogram of ${histogram.edges.length} edges has ${counts.length} counts, not ${histogram.counts.length}`,
    )
  histogram.counts.set(counts)
  return histogram
}
