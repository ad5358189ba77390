/** Puts `order` in a random order (Fisher and Yates; Durstenfeld 1964). `random` is uniform in [0, 1). */
export function shuffle(order: Uint32Array, random: () => number): void {
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const kept = order[last]!
    order[last] = order[other]!
    order[other] = kept
  }
}
