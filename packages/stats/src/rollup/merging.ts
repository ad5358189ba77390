import { HomingError } from '@homing/protocol'

/** Counts what a merge leaves out. */
export interface LeftOut {
  count: number
}

/** Joins two values of one kind, neither of which is changed. */
export type Merge<T> = (a: T, b: T, left: LeftOut) => T

/** The sum. */
export const sum: Merge<number> = (a, b) => a + b

/** What is there, where one is missing. */
export function optional<T>(merge: Merge<T>): Merge<T | undefined> {
  return (a, b, left) => (a === undefined ? b : b === undefined ? a : merge(a, b, left))
}

/** Field by field; a field that both lack stays absent. */
export function fields<T extends object>(merges: { readonly [K in keyof T]-?: Merge<T[K]> }): Merge<T> {
  const all = Object.entries(merges) as [keyof T, Merge<T[keyof T]>][]
  return (a, b, left) => {
    const merged: Partial<T> = {}
    for (const [name, merge] of all) {
      const value = merge(a[name], b[name], left)
      if (value !== undefined) merged[name] = value
    }
    return merged as T
  }
}

/**
 * Entry by entry, at most `most`: of more, those that were there first stay. Where two cannot be merged the first stays, too.
 */
export function entries<T>(merge: Merge<T>, most: number): Merge<Record<string, T>> {
  const safe = tolerant(merge)
  return (a, b, left) => {
    const merged = { ...a }
    let room = most - Object.keys(merged).length
    for (const [name, value] of Object.entries(b)) {
      if (Object.hasOwn(merged, name)) merged[name] = safe(merged[name]!, value, left)
      else if (room > 0 && name !== '__proto__') {
        merged[name] = value
        room -= 1
      } else left.count += 1
    }
    return merged
  }
}

/** The first, where both cannot be merged: what one device sends breaks nothing that others sent. */
export function tolerant<T>(merge: Merge<T>): Merge<T> {
  return (a, b, left) => {
    try {
      return merge(a, b, left)
    } catch (error) {
      if (!(error instanceof HomingError)) throw error
      left.count += 1
      return a
    }
  }
}

/** The same, without telling what is left out. */
export function uncounted<T>(merge: Merge<T>): Merge<T> {
  return (a, b) => merge(a, b, { count: 0 })
}
