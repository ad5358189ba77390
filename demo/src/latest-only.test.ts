import { describe, expect, it } from 'vitest'

import { latestOnly } from './latest-only.ts'

describe('latestOnly', () => {
  it('runs one call at a time and one more for all that were asked meanwhile', async () => {
    const ends: (() => void)[] = []
    let most = 0
    let now = 0
    const ask = latestOnly(async () => {
      most = Math.max(most, (now += 1))
      await new Promise<void>((resolve) => ends.push(resolve))
      now -= 1
    })
    const settled = () => new Promise((resolve) => setTimeout(resolve))
    for (let times = 0; times < 5; times += 1) ask()
    expect(ends).toHaveLength(1)
    ends[0]?.()
    await settled()
    expect(ends).toHaveLength(2)
    ends[1]?.()
    await settled()
    expect(ends).toHaveLength(2)
    ask()
    expect(ends).toHaveLength(3)
    expect(most).toBe(1)
  })
})
