import { expect, it, test } from 'vitest'

import { readMonitorsSection } from './monitors-section.ts'

test('a manifest that says nothing of monitors leaves all to the defaults', () => {
  expect(readMonitorsSection({})).toEqual({})
})

it('reads what a publisher wants otherwise', () => {
  const monitors = { alpha: 0.05, effects: { distance: 0.2 }, schedule: { window: 168, seasons: 0 } }
  expect(readMonitorsSection({ monitors })).toEqual(monitors)
})

it.each([
  { alpha: 0 },
  { alpha: 1.5 },
  { alpha: NaN },
  { correction: 'bonferroni' },
  { effects: { distance: -1 } },
  { effects: { distnace: 0.2 } },
  { schedule: { window: 0 } },
  { schedule: { window: 1.5 } },
  { schedule: { trailing: -1 } },
  { unknown: 1 },
])('refuses %j', (monitors) => {
  expect(() => readMonitorsSection({ monitors })).toThrow(
    expect.objectContaining({ code: 'MANIFEST_INVALID' }),
  )
})
