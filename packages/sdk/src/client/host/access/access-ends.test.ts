import type { AccessClaims } from '@homing/protocol'
import { afterEach, expect, test, vi } from 'vitest'

import { hastyPlatform } from '../../../delivery/hasty-platform.ts'
import { webPlatform } from '../../../delivery/web-platform.ts'
import { createMemoryStore } from '../../../store/memory-store.ts'
import { forgetRetry } from '../../config.ts'
import { createAccessEnds } from './access-ends.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** A store with a model whose user may have it until `until`. */
const storeUntil = async (until: number) => {
  const store = createMemoryStore()
  await store.updateModel('digits', (record) => ({ ...record, until }))
  return () => Promise.resolve(store)
}

test('a model opens though the app never answers the question for a new token', async () => {
  const forgotten: string[] = []
  const ends = createAccessEnds({
    store: await storeUntil(3_600_000),
    tokens: { renew: () => new Promise<AccessClaims>(() => undefined) },
    time: () => 0,
    sleep: hastyPlatform().sleep,
    forget: (model) => Promise.resolve(void forgotten.push(model)),
  })
  await ends.settle('digits')
  ends.close()
  expect(forgotten).toEqual([])
})

test('what could not be deleted at its end is deleted soon after', async () => {
  vi.useFakeTimers()
  const forget = vi.fn(() => Promise.resolve())
  forget.mockRejectedValueOnce(new Error('the disk is broken'))
  const ends = createAccessEnds({
    store: await storeUntil(Date.now() + 1_000),
    tokens: { renew: () => Promise.resolve(undefined) },
    time: () => Date.now(),
    sleep: webPlatform().sleep,
    forget,
  })
  await ends.settle('digits')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(forget).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(forgetRetry)
  expect(forget).toHaveBeenCalledTimes(2)
  ends.close()
})
