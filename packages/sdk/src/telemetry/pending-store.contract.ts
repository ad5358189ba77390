import { describe, expect, test } from 'vitest'

import type { PendingPrediction, PendingStore } from './pending-store.ts'

const prediction = (id: string, more: Partial<PendingPrediction> = {}): PendingPrediction => ({
  model: 'digits',
  version: '1.0.0',
  variant: 'fp32',
  backend: 'wasm',
  id,
  time: 1_000,
  answers: [{ label: '7', probability: 0.9 }],
  ...more,
})
const ids = (predictions: readonly PendingPrediction[]): string[] => predictions.map(({ id }) => id)

/** What every store of predictions that wait for feedback guarantees. */
export function pendingStoreContract(name: string, open: (limit: number) => Promise<PendingStore>): void {
  describe(`pending predictions in ${name}`, () => {
    test('are found by model and id, and as they were put last', async () => {
      const store = await open(8)
      await store.put([prediction('a'), prediction('b')])
      await store.put([prediction('a', { known: ['0 labels'] })])
      expect(await store.get('digits', 'a')).toEqual(prediction('a', { known: ['0 labels'] }))
      expect(await store.get('digits', 'c')).toBeUndefined()
      expect(await store.get('wine', 'a')).toBeUndefined()
    })

    test('are as many as may be: the oldest go', async () => {
      const store = await open(3)
      await store.put(['a', 'b', 'c', 'd'].map((id, at) => prediction(id, { time: at })))
      await store.put([prediction('e', { time: 9 })])
      const found = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => store.get('digits', id)))
      expect(ids(found.flatMap((each) => each ?? []))).toEqual(['c', 'd', 'e'])
    })

    test('are due from their time on, the earliest first', async () => {
      const store = await open(8)
      await store.put([prediction('never'), prediction('late', { due: 30 }), prediction('next', { due: 20 })])
      await store.put([prediction('first', { due: 10 })])
      expect(ids(await store.due(9, 5))).toEqual([])
      expect(ids(await store.due(30, 5))).toEqual(['first', 'next', 'late'])
      expect(ids(await store.due(30, 1))).toEqual(['first'])
      await store.put([prediction('first')]) // nothing is inferred of it any more
      expect(ids(await store.due(30, 5))).toEqual(['next', 'late'])
    })

    test('are all forgotten at once', async () => {
      const store = await open(8)
      await store.put([prediction('a', { due: 1 })])
      await store.clear()
      expect(await store.get('digits', 'a')).toBeUndefined()
      expect(await store.due(9, 5)).toEqual([])
    })
  })
}
