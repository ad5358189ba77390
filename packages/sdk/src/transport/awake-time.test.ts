import { expect, it } from 'vitest'

import { awakeTime } from './awake-time.ts'

it('counts the time between its calls, and of a long sleep two intervals', () => {
  let now = 5
  const passed = awakeTime(1_000, () => now)
  expect(passed()).toBe(0)
  now += 1_200
  expect(passed()).toBe(1_200)
  now += 8 * 3_600_000 // a night in the background
  expect(passed()).toBe(2_000)
  now += 900
  expect(passed()).toBe(900)
})
