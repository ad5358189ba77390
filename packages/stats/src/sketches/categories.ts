import { type CategoriesWire, HomingError } from '@homing/protocol'

import { defaultCategories } from './config.ts'

/**
 * How often each category was seen, for the most frequent ones (Misra and Gries, Science of Computer Programming 2, 1982):
 * every count is at most `error` too low, and `error` at most the share 1 / (limit + 1) of all. Exact while there are no more
 * categories than `limit`. Memory and time for a value do not grow with the number of categories.
 */
export interface Categories {
  readonly limit: number
  readonly counts: Map<string, number>
  /** What was seen and is in no count. */
  other: number
  error: number
}

/**
 * No category yet.
 * @throws HomingError CONFIG_INVALID for a limit that is no positive whole number.
 */
export function emptyCategories(limit = defaultCategories): Categories {
  if (!Number.isInteger(limit) || limit < 1)
    throw new HomingError('CONFIG_INVALID', `At least one category is counted by name, not ${limit}`)
  return { limit, counts: new Map(), other: 0, error: 0 }
}

/** Adds a category, in place. */
export function addCategory(categories: Categories, category: string): void {
  const { counts, limit } = categories
  const count = counts.get(category)
  if (count !== undefined) counts.set(category, count + 1)
  else if (counts.size < limit) counts.set(category, 1)
  else {
    categories.other += 1
    lower(categories, 1)
  }
}

/** Takes `by` from each count, and drops what is left with none: done so seldom that it costs a constant for a value. */
function lower(categories: Categories, by: number): void {
  for (const [category, count] of categories.counts) {
    if (count > by) categories.counts.set(category, count - by)
    else categories.counts.delete(category)
    categories.other += Math.min(count, by)
  }
  categories.error += by
}

/**
 * Categories of both (Agarwal et al., Mergeable Summaries, PODS 2012): totals are exact in any order; single counts are within
 * `error` in any order, and exact where no more than `limit` categories are seen in all.
 */
export function mergeCategories(a: Categories, b: Categories): Categories {
  const limit = Math.min(a.limit, b.limit)
  const merged: Categories = {
    limit,
    counts: new Map(a.counts),
    other: a.other + b.other,
    error: a.error + b.error,
  }
  for (const [category, count] of b.counts)
    merged.counts.set(category, (merged.counts.get(category) ?? 0) + count)
  if (merged.counts.size > limit) {
    const highest = [...merged.counts.values()].sort((x, y) => y - x)
    lower(merged, highest[limit]!)
  }
  return merged
}

/** Everything that was counted. */
export function countOfCategories({ counts, other }: Pick<Categories, 'counts' | 'other'>): number {
  let sum = other
  for (const count of counts.values()) sum += count
  return sum
}

/** Categories as they travel, in the order of their names. */
export function categoriesToWire({ counts, other, error }: Categories): CategoriesWire {
  const names = [...counts.keys()].sort()
  return {
    counts: Object.fromEntries(names.map((name) => [name, counts.get(name)!])),
    ...(other > 0 && { other }),
    ...(error > 0 && { error }),
  }
}

/** Categories as they are added to; a sender's may be more than `limit`, then the rarest become `other`. */
export function categoriesFromWire(wire: CategoriesWire, limit = defaultCategories): Categories {
  const { counts, other = 0, error = 0 } = wire
  const read: Categories = { limit, counts: new Map(Object.entries(counts)), other, error }
  return mergeCategories(read, emptyCategories(limit))
}
