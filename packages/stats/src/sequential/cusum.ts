import { HomingError } from '@homing/protocol'

/** What a detector looks for. */
export interface CusumOptions {
  /** Shift of the mean to be found soonest, in standard deviations of one observation. */
  readonly shift: number
  /** At least so many observations on average before a false alarm. */
  readonly runLength: number
  /** How far the mean of the baseline may itself be off, in the same unit; 0 when left out. */
  readonly allowance?: number
}

/** Logarithms of both sides' e-values. JSON-able; start with `emptyCusum`. */
export interface Cusum {
  readonly up: number
  readonly down: number
  readonly observed: number
}

/** Nothing observed. */
export function emptyCusum(): Cusum {
  return { up: 0, down: 0, observed: 0 }
}

/**
 * Page's cumulative sum (Biometrika 41, 1954) on both sides, for slow drift that no single window shows. Each side is the
 * logarithm of an e-detector (Shin, Ramdas and Rinaldo, 2024): observations whose mean given the past is 0, and whose
 * deviations are at most those of a standard normal, raise a false alarm no sooner than `runLength` on average.
 * @param z the observation, as standard deviations from its mean in the baseline.
 * @throws HomingError DATA_INVALID for an observation that is not finite.
 */
export function stepCusum(state: Cusum, z: number, { shift, allowance = 0 }: CusumOptions): Cusum {
  if (!Number.isFinite(z)) throw new HomingError('DATA_INVALID', `${z} is no observation`)
  const gain = (side: number, towards: number): number =>
    Math.max(0, side) + shift * (towards * z - allowance) - (shift * shift) / 2
  return { up: gain(state.up, 1), down: gain(state.down, -1), observed: state.observed + 1 }
}

/** Whether the mean has risen or fallen, so far; `undefined` while nothing is found. */
export function cusumAlarm({ up, down }: Cusum, { runLength }: CusumOptions): 'up' | 'down' | undefined {
  const limit = Math.log(2 * runLength) // each side alarms half as often
  if (Math.max(up, down) < limit) return undefined
  return up > down ? 'up' : 'down'
}
