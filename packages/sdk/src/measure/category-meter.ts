import { type FeatureSummary, maxLabelLength } from '@homing/protocol'
import { addCategory, type Categories, categoriesToWire, emptyCategories } from '@homing/stats'

import { hashedBins, namedCategories } from './config.ts'
import type { Disguise } from './disguise.ts'

type CategorySummary = Extract<FeatureSummary, { kind: 'category' }>

/** Words of one feature since the last `take`. */
export interface CategoryMeter {
  add(value: unknown): void
  /** By its place among the declared words; beyond them, or below zero, it is an unseen one. */
  addPlace(place: number): void
  /** A check of the pipeline refused the value. */
  fail(): void
  take(): CategorySummary | undefined
}

interface Measured {
  count: number
  missing: number
  mismatched: number
  failed: number
  unseen: number
  readonly categories: Categories
}

/**
 * Only words of `declared` are told by name: any other may be somebody's own. Where none is declared, words are told by a hash
 * of so few bits that many words share each, which still shows when their distribution moves.
 */
export function categoryMeter(declared: readonly string[], disguise?: Disguise): CategoryMeter {
  const empty = (): Measured => ({
    count: 0,
    missing: 0,
    mismatched: 0,
    failed: 0,
    unseen: 0,
    categories: emptyCategories(namedCategories),
  })
  const names = declared.length > 0 ? declared.map(nameOf) : hashNames
  const places = new Map(declared.map((word, place) => [word, place]))
  /** Disguised, an unseen word is one more category. */
  const respond = disguise?.(names.length + 1)
  let now = empty()

  const addPlace = (place: number): void => {
    const known = place >= 0 && place < names.length ? place : names.length
    const told = respond ? respond(known) : known
    if (told < names.length) addCategory(now.categories, names[told]!)
    else {
      now.unseen += 1
      now.categories.other += 1
    }
  }
  return {
    add(value) {
      now.count += 1
      if (typeof value === 'string') addPlace(declared.length > 0 ? (places.get(value) ?? -1) : hashOf(value))
      else if (disguise) return
      else if (value === undefined || value === null || Number.isNaN(value)) now.missing += 1
      else now.mismatched += 1
    },
    addPlace(place) {
      now.count += 1
      addPlace(place)
    },
    fail() {
      if (!disguise) now.failed += 1
    },
    take() {
      if (now.count === 0) return undefined
      const { categories, ...counts } = now
      now = empty()
      return { kind: 'category', ...counts, categories: categoriesToWire(categories) }
    },
  }
}

const hashNames = Array.from({ length: hashedBins }, (_, bin) => `#${bin}`)

/** FNV-1a (Fowler, Noll, Vo) of the first characters, folded to a bin. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < word.length && at < maxLabelLength; at++)
    hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193)
  return ((hash ^ (hash >>> 15)) >>> 0) % hashedBins
}

function nameOf(word: string): string {
  return word.slice(0, maxLabelLength) || '""'
}
