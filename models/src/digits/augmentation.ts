/** How far a digit is changed at random. Angles in radians, lengths in pixels of the 28 x 28 image. */
export const augmentation = {
  /** Share of digits that stay as they are. */
  untouched: 0.15,
  rotation: 0.22,
  shear: 0.2,
  /** Ratio of the axes, either way: the pipeline brings every digit to the same size, so only the ratio matters. */
  stretch: 0.15,
  /** Standard deviation of the elastic field at its control points, and how many of them there are along a side. */
  elastic: 0.7,
  elasticPoints: 5,
  /** Largest share of the grown or thinned stroke that is mixed in. */
  thicker: 0.8,
  thinner: 0.6,
  /** Contrast about mid-grey: above 1 for crisp edges, as a pen on a canvas leaves them. */
  contrast: [0.8, 2.5],
} as const

/** Pixels on a side of an augmented picture: finer than the original, so that the pipeline's resize keeps its edges. */
export const canvasSide = 42
