/** Most features before and after the pipeline each, most outputs and most feedbacks of a rollup. */
export const maxRollupFeatures = 512

/** Most labels whose spread between batches is kept. */
export const maxRollupLabels = 64

/** Most error codes, guards, goals and pipelines of a rollup. */
export const maxRollupEntries = 256
