import { HomingError } from '@homing/protocol'
import { expect, test, vi } from 'vitest'

import { callCount } from './call-count.ts'
import { resolveQueue, resolveTurn } from './call-options.ts'
import { checkQueue } from './check-model-options.ts'
import { withDeadline } from './with-deadline.ts'

test('a full queue refuses a call without making it, and takes the next once one has ended', async () => {
  const count = callCount('tiny', 2)
  const ends: (() => void)[] = []
  const make = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)))
  const first = [count.during(make), count.during(make)]
  await expect(count.during(make)).rejects.toMatchObject({
    code: 'QUEUE_FULL',
    details: { limit: 2 },
    retryable: true,
  })
  expect([count.waiting, make.mock.calls.length]).toEqual([2, 2])
  ends[0]!()
  await first[0]
  await expect(count.during(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
  expect(count.waiting).toBe(1)
  ends[1]!()
  await first[1]
  expect(count.waiting).toBe(0)
})

const hanging = (signal?: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))

test('a deadline aborts the call and says so; one that is far off, or none, changes nothing', async () => {
  await expect(withDeadline(5, undefined, hanging)).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
  for (const deadline of [undefined, 60_000, 1e12, Infinity])
    expect(await withDeadline(deadline, undefined, () => Promise.resolve(7))).toBe(7)
  const failed = new HomingError('INPUT_SHAPE', 'wrong')
  await expect(withDeadline(60_000, undefined, () => Promise.reject(failed))).rejects.toBe(failed)
})

test("the caller's own abort stays one, under a deadline too", async () => {
  const abort = new AbortController()
  const call = withDeadline(60_000, abort.signal, hanging)
  abort.abort()
  await expect(call).rejects.toThrow('aborted')
  await expect(
    withDeadline(60_000, AbortSignal.abort(), (signal) => Promise.resolve(signal?.aborted)),
  ).resolves.toBe(true)
})

test('options are told apart from their limits', () => {
  const none = { batching: undefined, cache: 0 }
  const eight = { batching: { maxSize: 8 }, cache: 5 }
  expect(resolveTurn({}, none)).toEqual({})
  expect(resolveTurn({ priority: 'background', batch: false }, eight)).toEqual({
    priority: 'background',
    batch: false,
    cache: 5,
  })
  expect(resolveTurn({ deadline: 1_000 }, eight)).toEqual({
    batch: { maxSize: 8 },
    cache: 5,
    expires: expect.any(Number),
  })
  expect(resolveQueue({})).toEqual({ batching: undefined, limit: 1024, cache: 0 })
  expect(resolveQueue({ cache: true }).cache).toBe(1000)
  expect(resolveQueue({ cache: { entries: 5 } }).cache).toBe(5)
  for (const queue of [
    { queueLimit: 0 },
    { queueLimit: 1.5 },
    { cache: { entries: 0 } },
    { batching: true },
    { batching: null },
    { batching: { maxSize: 0 } },
    { batching: { maxWait: -1 } },
    { batching: { maxWait: NaN } },
  ])
    expect(() => checkQueue(queue as never), JSON.stringify(queue)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  for (const turn of [{ priority: 'high' }, { deadline: 0 }, { deadline: NaN }, { deadline: '5' }])
    expect(() => resolveTurn(turn as never, none), JSON.stringify(turn)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
})
