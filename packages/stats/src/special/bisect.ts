/** Where an increasing function of x, x >= 0, reaches `target`: doubles until beyond, then halves to the last bit. */
export function bisect(increasing: (x: number) => number, target: number): number {
  let high = 1
  while (increasing(high) < target && high < Number.MAX_VALUE / 2) high *= 2
  let low = high === 1 ? 0 : high / 2
  for (;;) {
    const middle = low + (high - low) / 2
    if (middle <= low || middle >= high) return high
    if (increasing(middle) < target) low = middle
    else high = middle
  }
}
