import type { TelemetryGroup, TelemetrySection } from '@homing/protocol'

import type { GroupKey } from '../recorder.ts'
import { maxGroupsInAll, maxHeldGroups } from './config.ts'
import { declaredSlice, textOf, withoutSlice } from './group-key.ts'
import type { GroupMeter } from './group-meter.ts'

/** The groups that a device holds: a bounded number. */
export interface HeldGroups {
  /** The group of an hour and key; undefined where there are too many, which is counted. */
  of(hour: number, key: GroupKey): GroupMeter | undefined
  /** Merges into a group, where there is one; what does not fit it is counted as dropped. */
  merge(group: GroupMeter | undefined, more: Partial<TelemetryGroup>): void
  toWire(): TelemetryGroup[]
  /** Moves out the groups of hours before `hour`. */
  take(before: number): TelemetryGroup[]
  /** What went into no group. */
  dropped: number
}

/** `make` makes a group; `slicesOf` says by what a version's figures may be divided. */
export function heldGroups({
  make,
  slicesOf,
}: {
  readonly make: (hour: number, key: GroupKey) => GroupMeter
  readonly slicesOf: (key: GroupKey) => TelemetrySection['slices']
}): HeldGroups {
  const groups = new Map<string, GroupMeter>()
  const find = (hour: number, key: GroupKey, most: number): GroupMeter | undefined => {
    const text = textOf(hour, key)
    const known = groups.get(text)
    if (known || groups.size >= most) return known
    const made = make(hour, key)
    groups.set(text, made)
    return made
  }
  return {
    dropped: 0,
    of(hour, { model, version, variant, backend, slice: given }) {
      const slice = declaredSlice(slicesOf({ model, version, variant, backend }), given)
      const key: GroupKey = { model, version, variant, backend, ...(slice && { slice }) }
      // Where slices are too many, further ones are told together.
      const found = find(hour, key, maxHeldGroups) ?? find(hour, withoutSlice(key), maxGroupsInAll)
      if (!found) this.dropped += 1
      return found
    },
    merge(group, more) {
      try {
        group?.merge(more)
      } catch {
        this.dropped += 1 // kept by other code, for another section
      }
    },
    toWire: () => [...groups.values()].map((group) => group.toWire()),
    take(before) {
      const taken = [...groups].filter(([, group]) => group.hour < before)
      for (const [text] of taken) groups.delete(text)
      return taken.map(([, group]) => group.toWire())
    },
  }
}
