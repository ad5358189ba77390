/** Pixels of an image, or numbers of a tensor, that a derived feature looks at: enough for a mean, whatever the size. */
export const derivedSamples = 1024

/** Bins of equal width between 0 and 1 in which confidences are counted. */
export const confidenceBins = 20

/** Categories that are counted by name at a time; more of them are counted together. */
export const namedCategories = 64

/** Bins in which words are counted that nobody declared: by a hash, so that none of them leaves the device. */
export const hashedBins = 64

/** Features among which correlations are measured: the first numeric ones. */
export const correlatedFeatures = 16

/** Events that are kept between two hand-overs; more are not sampled. */
export const maxKeptEvents = 50
