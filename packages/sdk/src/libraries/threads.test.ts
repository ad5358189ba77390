import { describe, expect, it } from 'vitest'

import { availableThreads } from './threads.ts'

const on = (
  hardwareConcurrency: number,
  crossOriginIsolated?: boolean,
): Parameters<typeof availableThreads>[1] => ({
  navigator: { hardwareConcurrency },
  ...(crossOriginIsolated === undefined ? {} : { crossOriginIsolated }),
})

describe('availableThreads', () => {
  it('takes every core, at most 8, of an isolated page', () => {
    expect(availableThreads(undefined, on(4, true))).toEqual({ threads: 4 })
    expect(availableThreads(undefined, on(16, true))).toEqual({
      threads: 8,
      threadsReason: expect.stringContaining('8'),
    })
  })

  it('takes one where memory cannot be shared, and says why', () => {
    expect(availableThreads(undefined, on(4, false))).toEqual({
      threads: 1,
      threadsReason: expect.stringContaining('isolated'),
    })
    expect(availableThreads(4, on(4, false))).toEqual({
      threads: 1,
      threadsReason: expect.stringContaining('isolated'),
    })
  })

  it('does as configured', () => {
    expect(availableThreads(2, on(4, true))).toEqual({
      threads: 2,
      threadsReason: expect.stringContaining('asked for 2'),
    })
    expect(availableThreads(1, on(4, false))).toEqual({
      threads: 1,
      threadsReason: expect.stringContaining('asked for 1'),
    })
    expect(availableThreads(1, {})).toEqual({ threads: 1 })
  })
})
