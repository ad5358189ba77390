/** Draws the next number from 0 up to 1. */
export type Random = () => number

/** Numbers for a tensor of `count` elements. */
export type Draw = (random: Random, count: number) => ArrayLike<number>

/** Numbers from -1 to 1. */
export const uniform: Draw = (random, count) => Float64Array.from({ length: count }, () => 2 * random() - 1)

/** Numbers from 0.5 to 2. */
export const positive: Draw = (random, count) =>
  Float64Array.from({ length: count }, () => 0.5 + 1.5 * random())

/** Numbers from 1 to 2, of either sign. */
export const awayFromZero: Draw = (random, count) =>
  Float64Array.from({ length: count }, () => (1 + random()) * (random() < 0.5 ? -1 : 1))

/** Numbers far enough apart, and from zero, that a small step crosses no kink of ReLU or maximum. */
export const awayFromKinks: Draw = (random, count) => {
  const ranks = Array.from({ length: count }, (_, rank) => ({ rank, key: random() })).sort(
    (a, b) => a.key - b.key,
  )
  return Float64Array.from(ranks, ({ rank }) => (rank - Math.floor(count / 2) + 0.5) / 10)
}
