import { CategoriesSchema } from '@homing/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { parsed } from '../testing/parsed.ts'
import {
  addCategory,
  type Categories,
  categoriesFromWire,
  categoriesToWire,
  countOfCategories,
  emptyCategories,
  mergeCategories,
} from './categories.ts'

const words = (most: number) =>
  fc.array(
    fc.integer({ min: 0, max: most }).map((n) => `word-${n}`),
    { maxLength: 80 },
  )

function categoriesOf(list: readonly string[], limit: number): Categories {
  const categories = emptyCategories(limit)
  for (const word of list) addCategory(categories, word)
  return categories
}

function exact(list: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const word of list) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

function expectWithinError(categories: Categories, list: readonly string[]): void {
  expect(countOfCategories(categories)).toBe(list.length)
  expect(categories.counts.size).toBeLessThanOrEqual(categories.limit)
  expect(categories.error).toBeLessThanOrEqual(list.length / (categories.limit + 1))
  for (const [word, truth] of exact(list)) {
    const count = categories.counts.get(word) ?? 0
    expect(count).toBeLessThanOrEqual(truth)
    expect(count + categories.error).toBeGreaterThanOrEqual(truth)
  }
}

test('few categories are counted exactly, and merge exactly in any order and grouping', () => {
  fc.assert(
    fc.property(words(7), words(7), words(7), (a, b, c) => {
      const [x, y, z] = [a, b, c].map((list) => categoriesOf(list, 8)) as [Categories, Categories, Categories]
      const whole = categoriesToWire(categoriesOf([...a, ...b, ...c], 8))
      expect(whole.error).toBeUndefined()
      expect(whole.counts).toEqual(Object.fromEntries(exact([...a, ...b, ...c])))
      expect(categoriesToWire(mergeCategories(mergeCategories(x, y), z))).toEqual(whole)
      expect(categoriesToWire(mergeCategories(z, mergeCategories(y, x)))).toEqual(whole)
    }),
  )
})

test('of many, totals are exact and counts within the error, however they are merged', () => {
  fc.assert(
    fc.property(words(30), words(30), words(30), (a, b, c) => {
      const [x, y, z] = [a, b, c].map((list) => categoriesOf(list, 5)) as [Categories, Categories, Categories]
      const all = [...a, ...b, ...c]
      expectWithinError(categoriesOf(all, 5), all)
      expectWithinError(mergeCategories(mergeCategories(x, y), z), all)
      expectWithinError(mergeCategories(x, mergeCategories(y, z)), all)
      expect(categoriesToWire(mergeCategories(x, y))).toEqual(categoriesToWire(mergeCategories(y, x)))
    }),
  )
})

test('a heavy hitter among a hundred thousand categories is told, and nothing grows', () => {
  const categories = emptyCategories()
  for (let index = 0; index < 100_000; index++)
    addCategory(categories, index % 10 === 0 ? 'heavy' : `rare-${index}`)
  expect(categories.counts.size).toBeLessThanOrEqual(64)
  expect(countOfCategories(categories)).toBe(100_000)
  const count = categories.counts.get('heavy')!
  expect(count).toBeLessThanOrEqual(10_000)
  expect(count + categories.error).toBeGreaterThanOrEqual(10_000)
  expect(categories.error).toBeLessThanOrEqual(100_000 / 65)
})

test('categories travel, whatever they are called', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 30 }), (list) => {
      const categories = categoriesOf(list, 8)
      const wire = JSON.parse(JSON.stringify(categoriesToWire(categories))) as ReturnType<
        typeof categoriesToWire
      >
      expect(categoriesToWire(categoriesFromWire(wire, 8))).toEqual(categoriesToWire(categories))
    }),
  )
  for (const name of ['__proto__', 'constructor', 'toString', '12']) {
    const wire = categoriesToWire(categoriesOf([name, name], 8))
    expect(categoriesFromWire(JSON.parse(JSON.stringify(wire)) as typeof wire).counts.get(name)).toBe(2)
  }
})

test('a sender that counts more categories than the reader keeps loses none of the total', () => {
  const counts = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`c${at}`, at + 1]))
  const read = categoriesFromWire(parsed(CategoriesSchema, { counts }), 10)
  expect(read.counts.size).toBeLessThanOrEqual(10)
  expect(countOfCategories(read)).toBe(20_100)
})

test('a limit that is no positive whole number is refused', () => {
  for (const limit of [0, -1, 1.5, NaN])
    expect(() => emptyCategories(limit)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
})
