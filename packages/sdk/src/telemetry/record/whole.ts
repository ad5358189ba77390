import { maxCount } from '@homing/protocol'

/** A count as it may be told: whatever was given, a whole number from 0 to the most that a group counts. */
export function whole(count: number | undefined): number {
  return typeof count === 'number' && count > 0 ? Math.min(maxCount, Math.floor(count)) : 0
}

/** A figure that is never negative; undefined for what is none. */
export function positive(figure: number | undefined): number | undefined {
  return typeof figure === 'number' && Number.isFinite(figure) && figure >= 0 ? figure : undefined
}
