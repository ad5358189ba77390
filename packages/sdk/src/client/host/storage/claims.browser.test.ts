import { afterEach, beforeEach, expect, test } from 'vitest'

import { putVersion } from '../../../store/contract/put-version.ts'
import { createMemoryStore } from '../../../store/memory-store.ts'
import type { Store } from '../../../store/store.ts'
import { type Claims, claims } from './claims.ts'
import { createCleaner } from './cleaner.ts'

// Two sets of claims on one database are two tabs: locks belong to the origin.
let tabs: Claims[]
let store: Store
let count = 0

beforeEach(() => {
  const database = `claims-${count++}-${Date.now()}`
  tabs = [claims(database), claims(database)]
  store = createMemoryStore()
})
afterEach(async () => {
  for (const tab of tabs) tab.close()
  await store.close()
})

const seen = (tab: Claims): Promise<string[]> => tab.alone((claimed) => Promise.resolve([...claimed].sort()))
const cleaner = (tab: Claims) =>
  createCleaner({
    store: () => Promise.resolve(store),
    claims: () => Promise.resolve(tab),
    budget: 0,
    estimate: () => Promise.resolve({}),
  })

test('every tab sees what any tab serves, until it serves another version or ends', async () => {
  const [first, second] = tabs as [Claims, Claims]
  await first.hold('digits', 'a')
  await second.hold('digits', 'a')
  await second.hold('wine', 'b')
  expect(await seen(first)).toEqual(['a', 'b'])
  await second.hold('digits', 'c')
  expect(await seen(first)).toEqual(['a', 'b', 'c'])
  second.settle('digits', 'c')
  first.close()
  await expect.poll(() => seen(second)).toEqual(['b', 'c'])
  second.settle('digits')
  await expect.poll(() => seen(first)).toEqual(['b'])
})

test('a claim that is given up while it is taken holds nothing', async () => {
  const [first, second] = tabs as [Claims, Claims]
  const holding = first.hold('digits', 'a')
  first.settle('digits', 'b')
  await holding
  await expect.poll(() => seen(second)).toEqual([])
})

test('a clean-up waits for a claim that is under way, and a claim for a clean-up', async () => {
  const [first, second] = tabs as [Claims, Claims]
  const order: string[] = []
  const cleaning = first.alone(async () => {
    order.push('cleaning')
    await new Promise((resolve) => setTimeout(resolve, 50))
    order.push('clean')
  })
  await second.hold('digits', 'a').then(() => order.push('held'))
  await cleaning
  expect(order).toEqual(['cleaning', 'clean', 'held'])
})

test('a tab that serves an old version keeps its files while another one installs two newer ones', async () => {
  const [first, second] = tabs as [Claims, Claims]
  const versions = []
  for (const minor of [0, 1, 2, 3])
    versions.push(await putVersion(store, 'digits', `1.${minor}.0`, minor * 40))
  const [served, between, lastGood, active] = versions
  await first.hold('digits', served!.installed.manifestSha256)
  await store.updateModel('digits', (record) => ({
    ...record,
    active: active!.installed,
    lastGood: lastGood!.installed,
  }))
  expect(await cleaner(second).free()).toBe(between!.size)
  expect(await store.hasBlobs(served!.blobs)).toEqual(new Set(served!.blobs))
  first.close()
  await expect.poll(() => seen(second)).toEqual([])
  expect(await cleaner(second).free()).toBe(served!.size)
})
