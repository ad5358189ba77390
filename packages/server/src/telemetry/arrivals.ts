import { HomingError } from '@homing/protocol'

const windowMs = 60_000

/** Counts arrivals by name within fixed minutes, in memory alone. Names are gone with their minute. */
export interface Arrivals {
  /** @throws HomingError RATE_LIMITED where `name` came more often than it may in this minute. */
  count(name: string, most: number, what: string): void
}

/** `now` gives milliseconds. */
export function arrivals(now: () => number): Arrivals {
  let endsAt = -Infinity
  let counts = new Map<string, number>()
  return {
    count(name, most, what) {
      const time = now()
      if (time >= endsAt || time < endsAt - windowMs) {
        endsAt = time + windowMs
        counts = new Map()
      }
      const present = (counts.get(name) ?? 0) + 1
      counts.set(name, present)
      if (present <= most) return
      const retryAfter = Math.max(1, Math.ceil((endsAt - time) / 1000))
      throw new HomingError(
        'RATE_LIMITED',
        `Too many batches of this ${what}; try again in ${retryAfter} s.`,
        {
          details: { retryAfter },
        },
      )
    },
  }
}
