/** Counts as they travel: of those that are not zero, how far each lies above the one before (the first: its index), and it. */
export function packCounts(counts: Float64Array): number[] {
  const wire: number[] = []
  let last = 0
  counts.forEach((count, index) => {
    if (count === 0) return
    wire.push(index - last, count)
    last = index
  })
  return wire
}

/** Puts packed counts where they belong; `visit` is told index and count. */
export function unpackCounts(wire: readonly number[], visit: (index: number, count: number) => void): void {
  let index = 0
  for (let at = 0; at < wire.length; at += 2) {
    index += wire[at]!
    visit(index, wire[at + 1]!)
  }
}
