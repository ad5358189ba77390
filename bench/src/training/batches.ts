import { classes, pixels } from './network.ts'
import { noise } from './noise.ts'

/** Examples in a step, as `shared/design/bench.md` fixes them. */
export const batchSize = 64

/** Steps in an epoch: 3,072 images, 9.2 MiB. One batch alone would be learned by heart, and no page holds so little. */
const steps = 48

/** Images of noise and their classes. */
export interface Batch {
  readonly images: Float32Array<ArrayBuffer>
  readonly labels: Int32Array<ArrayBuffer>
  /** [batch, classes] */
  readonly oneHot: Float32Array<ArrayBuffer>
}

/** An epoch that every side goes through in this order, over and over. */
export const batches: readonly Batch[] = Array.from({ length: steps }, (_, step) => {
  const labels = Int32Array.from({ length: batchSize }, (_, index) => ((step + index) * 7) % classes)
  return {
    images: noise([batchSize, pixels], 99 + step),
    labels,
    oneHot: Float32Array.from({ length: batchSize * classes }, (_, place) =>
      labels[Math.floor(place / classes)] === place % classes ? 1 : 0,
    ),
  }
})
