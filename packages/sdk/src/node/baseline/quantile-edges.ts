/** Bins of a histogram whose edges are taken from data: each then holds about a thirty-second of them. */
const bins = 32

/** Fewer edges than this tell nothing of a distribution. */
const leastEdges = 2

/** Significant digits of an edge: more than any measured value has, and short in the manifest. */
const edgeDigits = 9

/**
 * Edges between which about equally many of `values` lie, so that no bin hides much: a Kolmogorov-Smirnov test on them is
 * exact but for what lies within one bin. Where one value is so frequent that it would be several edges it is one. Undefined
 * where there are fewer than two: the values hardly vary.
 */
export function quantileEdges(values: readonly number[]): number[] | undefined {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort()
  if (sorted.length === 0) return undefined
  const edges = new Set<number>()
  for (let bin = 1; bin < bins; bin++) {
    const edge = Number(sorted[Math.floor((bin / bins) * sorted.length)]!.toPrecision(edgeDigits))
    if (edge < sorted.at(-1)!) edges.add(edge)
  }
  return edges.size >= leastEdges ? [...edges] : undefined
}
