import { expect, test } from 'vitest'

import { deathWindow, maxDeaths } from './config.ts'
import { restartLimit } from './restart-limit.ts'

test('a worker that keeps dying is not started again until its deaths are a while ago', () => {
  let time = 1_000
  const limit = restartLimit('host', () => time)
  for (let death = 0; death < maxDeaths; death++) {
    limit.check()
    limit.died()
    time += 1_000
  }
  expect(() => limit.check()).toThrow(
    expect.objectContaining({
      code: 'WORKER_LOST',
      details: { retryAfter: (deathWindow - maxDeaths * 1_000) / 1_000 },
    }),
  )
  time = 1_000 + deathWindow
  limit.check()
  limit.died()
  expect(() => limit.check()).toThrow(/host/)
})

test('deaths that are far apart are not counted together', () => {
  let time = 0
  const limit = restartLimit('onnx', () => time)
  for (let death = 0; death < 3 * maxDeaths; death++) {
    limit.check()
    limit.died()
    time += deathWindow
  }
})
