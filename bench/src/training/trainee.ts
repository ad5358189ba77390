/** A network that can be trained step after step on one batch. Both sides go by momentum 0.9. */
export interface Trainee {
  /** Trains one step; returns the loss before it. */
  readonly step: () => Promise<number>
}

/** A trainee that also runs its inference graph alone on the same batch. */
export interface ForwardTrainee extends Trainee {
  readonly forward: () => Promise<void>
}

/** What both sides train with. The rate is small: thousands of steps on one batch must stay finite. */
export const momentum = 0.9
export const learningRate = 0.01
