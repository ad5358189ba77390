import { classes, pixels } from './network.ts'
import { noise } from './noise.ts'

/** Examples in a step, as `shared/design/bench.md` fixes them. */
export const batchSize = 64

const labels = Int32Array.from({ length: batchSize }, (_, index) => (index * 7) % classes)

/** One batch that every side trains on: images of noise and their classes. */
export const batch = {
  images: noise([batchSize, pixels], 99),
  labels,
  /** [batch, classes] */
  oneHot: Float32Array.from({ length: batchSize * classes }, (_, place) =>
    labels[Math.floor(place / classes)] === place % classes ? 1 : 0,
  ),
} as const
