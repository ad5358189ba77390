/** How far a quantile may lie from the truth, as a share of it, before bins are joined. */
export const relativeAccuracy = 0.01

/** Room of a sketch's bins at first; it doubles as bins are needed, up to the most that the protocol allows. */
export const firstBins = 16

/** Significant digits of a float on the wire: sums of a million batches still agree in the first six. */
export const wireDigits = 12

/** Categories that are counted by name where no number is given. */
export const defaultCategories = 64

/** Bins of equal width between 0 and 1 that confidence is counted in, where no number is given. */
export const defaultConfidenceBins = 20

/** Least score of which a logarithm is taken, so that one sure and wrong answer cannot make a log loss infinite. */
export const leastScore = 1e-15
