import { firstBins } from './config.ts'
import { unpackCounts } from './packed-counts.ts'

/** Bins that hold something, ascending by index, in arrays with room for more. */
export interface Bins {
  indices: Int32Array
  counts: Float64Array
  /** How many bins there are; what lies behind them in the arrays is room. */
  size: number
}

/** No bins, with `room` for as many. */
export function emptyBins(room = 0): Bins {
  return { indices: new Int32Array(room), counts: new Float64Array(room), size: 0 }
}

/** Adds to the bin of `index`, in place; memory is taken only where room must double. */
export function addToBin(bins: Bins, index: number, count: number): void {
  const at = placeOf(bins, index)
  if (at < bins.size && bins.indices[at] === index) {
    bins.counts[at]! += count
    return
  }
  if (bins.size === bins.indices.length) grow(bins)
  bins.indices.copyWithin(at + 1, at, bins.size)
  bins.counts.copyWithin(at + 1, at, bins.size)
  bins.indices[at] = index
  bins.counts[at] = count
  bins.size += 1
}

/** Where `index` is, or would be. */
function placeOf({ indices, size }: Bins, index: number): number {
  let [low, high] = [0, size]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (indices[middle]! < index) low = middle + 1
    else high = middle
  }
  return low
}

function grow(bins: Bins): void {
  const room = Math.max(firstBins, 2 * bins.indices.length)
  const { indices, counts } = bins
  bins.indices = new Int32Array(room)
  bins.indices.set(indices)
  bins.counts = new Float64Array(room)
  bins.counts.set(counts)
}

/** Index of a bin after `levels` more joins of neighbours: bins 2i - 1 and 2i become bin i. */
export function joinedIndex(index: number, levels: number): number {
  return (index + (1 << levels) - 1) >> levels
}

/** Joins neighbouring bins, in place. */
export function joinNeighbours(bins: Bins, levels: number): void {
  if (levels === 0) return
  const { indices, counts, size } = bins
  let last = -1
  for (let at = 0; at < size; at++) {
    const index = joinedIndex(indices[at]!, levels)
    const count = counts[at]!
    if (last >= 0 && indices[last] === index) counts[last]! += count
    else {
      last += 1
      indices[last] = index
      counts[last] = count
    }
  }
  bins.size = last + 1
}

/** Bins of both, of the same level. */
export function mergeBins(a: Bins, b: Bins): Bins {
  const merged = emptyBins(a.size + b.size)
  let [i, j, size] = [0, 0, 0]
  while (i < a.size || j < b.size) {
    const left = i < a.size ? a.indices[i]! : Infinity
    const right = j < b.size ? b.indices[j]! : Infinity
    merged.indices[size] = Math.min(left, right)
    let count = 0
    if (left <= right) count += a.counts[i++]!
    if (right <= left) count += b.counts[j++]!
    merged.counts[size++] = count
  }
  merged.size = size
  return merged
}

/** A copy with room for no more. */
export function copyBins({ indices, counts, size }: Bins): Bins {
  return { indices: indices.slice(0, size), counts: counts.slice(0, size), size }
}

/** Everything that the bins hold. */
export function countOfBins({ counts, size }: Bins): number {
  let sum = 0
  for (let at = 0; at < size; at++) sum += counts[at]!
  return sum
}

/** Bins as they travel: first index, count, then how far the next index lies above, count… */
export function binsToWire({ indices, counts, size }: Bins): number[] {
  const wire: number[] = []
  for (let at = 0; at < size; at++) wire.push(indices[at]! - (at > 0 ? indices[at - 1]! : 0), counts[at]!)
  return wire
}

/** Bins as they are added to. */
export function binsFromWire(wire: readonly number[]): Bins {
  const bins = emptyBins(wire.length / 2)
  unpackCounts(wire, (index, count) => {
    bins.indices[bins.size] = index
    bins.counts[bins.size++] = count
  })
  return bins
}
