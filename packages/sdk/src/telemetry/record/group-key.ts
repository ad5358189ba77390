import type { TelemetryGroup, TelemetrySection } from '@homing/protocol'

import type { GroupKey } from '../recorder.ts'

/** What stands for every value that was not declared: it may be anything, also a name. */
export const otherSlice = 'other'

const millisecondsPerHour = 3_600_000

/** Whole hours since the epoch. */
export function hourOf(time: number): number {
  return Math.max(0, Math.floor(time / millisecondsPerHour))
}

/** Of what the app gave, the slices that the version declares; values that it does not are `other`. */
export function declaredSlice(
  declared: TelemetrySection['slices'],
  given: GroupKey['slice'],
): TelemetryGroup['slice'] {
  if (!declared || !given) return undefined
  const slice: Record<string, string> = {}
  for (const { name, values } of declared) {
    if (!Object.hasOwn(given, name)) continue
    const value = given[name]!
    slice[name] = values.includes(value) ? value : otherSlice
  }
  return Object.keys(slice).length > 0 ? slice : undefined
}

/** The key with its slices told together. */
export function withoutSlice({ slice, ...key }: GroupKey): GroupKey {
  if (!slice) return key
  return { ...key, slice: Object.fromEntries(Object.keys(slice).map((name) => [name, otherSlice])) }
}

/** One text for each hour and key. */
export function textOf(hour: number, { model, version, variant, backend, slice }: GroupKey): string {
  const values = slice
    ? Object.keys(slice)
        .sort()
        .flatMap((name) => [name, slice[name]])
    : []
  return JSON.stringify([hour, model, version, variant, backend, ...values])
}
