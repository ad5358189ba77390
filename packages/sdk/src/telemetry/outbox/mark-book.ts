import { maxMarked, maxMarks } from './config.ts'
import type { FirstMark } from './outbox.ts'

/** The days on which a version of a model was marked, the latest marks last. */
export interface MarkedDays {
  readonly model: string
  readonly version: string
  readonly days: readonly number[]
  /** Greater where a mark was made later. */
  readonly order: number
}

/** Names a version of a model among the marks. */
export const markKey = ({ model, version }: Pick<FirstMark, 'model' | 'version'>): string =>
  `${model}@${version}`

/**
 * Notes marks, and gives what changed. By how many others a mark was followed decides when it is forgotten, not by its
 * day: a clock that jumps back and forth would else have a day marked twice.
 */
export function noteMarks(
  book: readonly MarkedDays[],
  marks: readonly FirstMark[],
): { readonly changed: readonly MarkedDays[]; readonly forgotten: readonly MarkedDays[] } {
  const entries = new Map(book.map((entry) => [markKey(entry), entry]))
  const changed = new Map<string, MarkedDays>()
  let order = Math.max(0, ...book.map((entry) => entry.order))
  for (const { model, version, day } of marks) {
    const key = markKey({ model, version })
    const days = entries.get(key)?.days ?? []
    if (days.includes(day)) continue
    const entry = { model, version, days: [...days, day].slice(-maxMarks), order: ++order }
    entries.set(key, entry)
    changed.set(key, entry)
  }
  const oldestFirst = [...entries.values()].sort((a, b) => a.order - b.order)
  const forgotten = oldestFirst.slice(0, Math.max(0, oldestFirst.length - maxMarked))
  for (const entry of forgotten) changed.delete(markKey(entry))
  return { changed: [...changed.values()], forgotten }
}

/** Tells whether a mark is in the book. */
export function markedIn(book: readonly MarkedDays[]): (mark: FirstMark) => boolean {
  const days = new Map(book.map((entry) => [markKey(entry), new Set(entry.days)]))
  return (mark) => days.get(markKey(mark))?.has(mark.day) ?? false
}
