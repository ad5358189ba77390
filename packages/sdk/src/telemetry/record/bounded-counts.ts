import { maxGroupEntries } from '@homing/protocol'

import { whole } from './whole.ts'

/** Counts by name, of a bounded number of names: what comes beyond is counted as `other`. */
export interface BoundedCounts {
  add(name: string, count?: number): void
  toWire(): Record<string, number> | undefined
}

export function boundedCounts(other: string, most = maxGroupEntries): BoundedCounts {
  const counts = new Map<string, number>()
  return {
    add(name, count = 1) {
      const own = counts.has(name) || counts.size < most - 1 ? name : other
      counts.set(own, whole((counts.get(own) ?? 0) + whole(count)))
    },
    toWire: () => (counts.size > 0 ? Object.fromEntries(counts) : undefined),
  }
}
