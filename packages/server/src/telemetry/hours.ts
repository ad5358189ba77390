const hourMs = 3_600_000

/** Hours of a day. */
export const dayHours = 24

/** Hour of a time since the epoch, UTC. */
export function hourOf(time: Date): number {
  return Math.floor(time.getTime() / hourMs)
}

/** First hour of the UTC day of `hour`. */
export function dayOf(hour: number): number {
  return hour - (hour % dayHours)
}
