/** How a version of digits is trained. */
export interface DigitsRecipe {
  /** The version whose parameters it starts from; from random ones when absent. */
  readonly parent?: string
  /** How many of the training images, from the first on; all of them when absent. */
  readonly images?: number
  readonly seed: number
  readonly batch: number
  readonly epochs: number
  /** Highest learning rate of Adam, and the share of the steps over which it is reached. */
  readonly learningRate: number
  readonly warmUp: number
  readonly weightDecay: number
}

const common = { batch: 64, learningRate: 2e-3, warmUp: 0.05, weightDecay: 0.02 } as const

/** The versions that are published: a first one from little data, and an update trained on from it with all of it. */
export const digitsRecipes: Readonly<Record<string, DigitsRecipe>> = {
  '1.0.0': { ...common, images: 2000, seed: 1, epochs: 25 },
  '1.1.0': { ...common, parent: '1.0.0', seed: 2, epochs: 16 },
}
