import type { LongestRunWire } from '@homing/protocol'

/** The longest run of one label: a model that is stuck on one answer shows there before its counts move. */
export interface LongestRun {
  label: string
  length: number
  /** The run that is under way. */
  present: { label: string; length: number }
}

/** No label yet. */
export function emptyRun(): LongestRun {
  return { label: '', length: 0, present: { label: '', length: 0 } }
}

/** Adds the next label, in place. */
export function addToRun(run: LongestRun, label: string): void {
  const { present } = run
  if (present.label === label) present.length += 1
  else {
    present.label = label
    present.length = 1
  }
  if (present.length <= run.length) return
  run.label = label
  run.length = present.length
}

/** The run after a hand-over: what is under way goes on, what was longest begins anew with it. */
export function nextRun({ present }: LongestRun): LongestRun {
  return { label: present.label, length: 0, present: { ...present } }
}

/** The longest of both; of equally long ones the first by name. */
export function longestOf(a: LongestRunWire, b: LongestRunWire): LongestRunWire {
  if (a.length !== b.length) return a.length > b.length ? a : b
  return a.label <= b.label ? a : b
}

/** The longest run as it travels; undefined where there is none. */
export function runToWire({ label, length }: LongestRun): LongestRunWire | undefined {
  return length > 0 ? { label, length } : undefined
}
