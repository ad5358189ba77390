import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { nudgeInterval } from './config.ts'
import { type Poll, startPoll } from './poll.ts'
import { webPlatform } from './web-platform.ts'

const interval = 900_000

describe('poll', () => {
  const looks: { signal: AbortSignal; end: () => void; fail: (error: Error) => void }[] = []
  const look = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      looks.push({ signal, end: resolve, fail: reject })
    })
  let random = 0.5
  let poll: Poll
  const start = (every: number) => {
    poll = startPoll(look, every, { ...webPlatform(), now: () => Date.now(), random: () => random })
  }
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
  const endLast = async () => {
    looks.at(-1)!.end()
    await pass(0)
  }
  const failLast = async () => {
    looks.at(-1)!.fail(new Error('offline'))
    await pass(0)
  }

  beforeEach(() => {
    vi.useFakeTimers()
    looks.length = 0
    random = 0.5
  })
  afterEach(() => {
    poll.stop()
    vi.useRealTimers()
  })

  it('looks once per interval, counted from the end of the last look', async () => {
    start(interval)
    await pass(interval - 1)
    expect(looks).toHaveLength(0)
    await pass(1)
    expect(looks).toHaveLength(1)
    await pass(3 * interval)
    expect(looks).toHaveLength(1)
    await endLast()
    await pass(interval)
    expect(looks).toHaveLength(2)
  })

  it.each([
    [0, 0.9],
    [0.999_999, 1.1],
  ])('spreads devices by a tenth (random %f)', async (drawn, share) => {
    random = drawn
    start(interval)
    await pass(interval * share - 10)
    expect(looks).toHaveLength(0)
    await pass(20)
    expect(looks).toHaveLength(1)
  })

  it('waits longer after failures, up to eight times, and normally after a success', async () => {
    start(interval)
    await pass(interval)
    for (const times of [2, 4, 8, 8]) {
      await failLast()
      const before = looks.length
      await pass(times * interval - 1)
      expect(looks).toHaveLength(before)
      await pass(1)
      expect(looks).toHaveLength(before + 1)
    }
    await endLast()
    const before = looks.length
    await pass(interval)
    expect(looks).toHaveLength(before + 1)
  })

  it('waits longest as long as a timer can, instead of not at all', async () => {
    start(4 * 7 * 86_400_000)
    await pass(86_400_000)
    expect(looks).toHaveLength(0)
  })

  it('looks once more after a look under way, for all who asked meanwhile', async () => {
    start(0)
    const first = Promise.allSettled([poll.look()])
    const later = Promise.allSettled([poll.look(), poll.look()])
    expect(looks).toHaveLength(1)
    await failLast()
    expect((await first).map(({ status }) => status)).toEqual(['rejected'])
    expect(looks).toHaveLength(2)
    await endLast()
    expect((await later).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    expect(looks).toHaveLength(2)
  })

  it('passes a failure on to all who wait for that look', async () => {
    start(0)
    void poll.look()
    const both = Promise.allSettled([poll.look(), poll.look()])
    await endLast()
    await failLast()
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  it('looks when the page asks for it, but not twice in a moment', async () => {
    start(interval)
    poll.nudge()
    poll.nudge()
    expect(looks).toHaveLength(1)
    await endLast()
    poll.nudge()
    expect(looks).toHaveLength(1)
    await pass(nudgeInterval)
    poll.nudge()
    expect(looks).toHaveLength(2)
    await failLast() // a failure that nobody awaits must not surface
    await pass(nudgeInterval)
    poll.nudge()
    expect(looks).toHaveLength(3)
  })

  it('never looks by itself with an interval of 0', async () => {
    start(0)
    await pass(10 * interval)
    expect(looks).toHaveLength(0)
  })

  it('ends with stop: the look under way is aborted, later ones are refused', async () => {
    start(interval)
    const running = poll.look().catch((error: unknown) => error)
    poll.stop()
    poll.stop()
    expect(looks[0]!.signal.aborted).toBe(true)
    await failLast()
    await running
    await pass(5 * interval)
    poll.nudge()
    await expect(poll.look()).rejects.toMatchObject({ code: 'ABORTED' })
    expect(looks).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})
