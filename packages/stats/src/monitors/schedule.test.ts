import fc from 'fast-check'
import { expect, test } from 'vitest'

import { monitorHours } from './schedule.ts'

test('a day, against the week before and the same day of four weeks', () => {
  const { window, history, baselines } = monitorHours(10_000)
  expect(window).toEqual({ from: 9_976, to: 10_000 })
  expect(history).toHaveLength(7)
  expect(history[0]).toEqual({ from: 9_808, to: 9_832 })
  expect(history.at(-1)!.to).toBe(window.from)
  expect(baselines.map(({ name }) => name)).toEqual(['trailing', 'seasonal'])
  expect(baselines[1]!.hours.map(({ to }) => (10_000 - to) / 168)).toEqual([4, 3, 2, 1])
})

test('no baseline holds an hour of the window', () => {
  const count = fc.integer({ min: 0, max: 20 })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      count,
      count,
      fc.nat(500),
      (window, trailing, seasons, more) => {
        const plan = monitorHours(100_000, { window, trailing, season: window + more, seasons })
        const hours = [...plan.history, ...plan.baselines.flatMap((baseline) => baseline.hours)]
        for (const { from, to } of hours) {
          expect(to - from).toBe(window)
          expect(to).toBeLessThanOrEqual(plan.window.from)
        }
      },
    ),
  )
})

test('a season within the window is refused', () => {
  expect(() => monitorHours(1_000, { window: 48, season: 24 })).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  )
})
