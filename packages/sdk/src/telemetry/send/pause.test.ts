import { expect, test } from 'vitest'

import type { Pause } from '../outbox/outbox.ts'
import { firstBackoff, maxBackoff, maxRetryAfter } from './config.ts'
import { nextPause, remaining } from './pause.ts'

const now = 1_800_000_000_000
const waits = (pause: Pause): number => pause.until - pause.from

test('waits grow twofold up to a bound, half of each by chance', () => {
  let pause: Pause | undefined
  const all = Array.from({ length: 40 }, () => waits((pause = nextPause(pause, { now, random: 1 }))))
  expect(all.slice(0, 3)).toEqual([firstBackoff, 2 * firstBackoff, 4 * firstBackoff])
  expect(all.at(-1)).toBe(maxBackoff)
  expect(waits(nextPause(undefined, { now, random: 0 }))).toBe(firstBackoff / 2)
})

test('a server may ask for more, within a bound, but not for less', () => {
  expect(nextPause(undefined, { now, random: 1, after: 60_000 })).toEqual({
    from: now,
    until: now + 60_000,
    failures: 1,
    asked: true,
  })
  expect(waits(nextPause(undefined, { now, random: 1, after: 0 }))).toBe(firstBackoff)
  expect(waits(nextPause(undefined, { now, random: 1, after: Infinity }))).toBe(maxRetryAfter)
})

test('a clock that goes back before a pause ends it: it would last for ever', () => {
  const pause = nextPause(undefined, { now, random: 1, after: 60_000 })
  expect(remaining(pause, now + 20_000)).toBe(40_000)
  expect(remaining(pause, now + 61_000)).toBe(0)
  expect(remaining(pause, now - 1)).toBe(0)
})
