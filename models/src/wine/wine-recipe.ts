/** How a version of wine is trained. */
export interface WineRecipe {
  readonly seed: number
  /** Share of the wines that is held out. */
  readonly heldOut: number
  readonly batch: number
  readonly epochs: number
  /** Highest learning rate of Adam, and the share of the steps over which it is reached. */
  readonly learningRate: number
  readonly warmUp: number
  readonly weightDecay: number
}

/** The version that is published. */
export const wineRecipes: Readonly<Record<string, WineRecipe>> = {
  '1.0.0': {
    seed: 1,
    heldOut: 0.2,
    batch: 64,
    epochs: 60,
    learningRate: 5e-3,
    warmUp: 0.05,
    weightDecay: 0.1,
  },
}
