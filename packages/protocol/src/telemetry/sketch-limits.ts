/** Greatest magnitude of a value in a sketch; what lies beyond counts as infinite, and below its inverse as zero. */
export const maxMagnitude = 1e100

/** Most bins of a quantile sketch; where there would be more, neighbours are joined. */
export const maxQuantileBins = 512

/** Index of the bin of the greatest magnitude at level 0; that of the least is its negative. */
export const maxQuantileIndex = 11_513

/** How often neighbouring bins may be joined: then all magnitudes of both signs lie in fewer bins than may be. */
export const maxQuantileLevel = 7

/** Most labels of a confusion, or of scores by class. */
export const maxClasses = 64

/** Most bins of equal width between 0 and 1, for scores and for calibration. */
export const maxScoreBins = 64
